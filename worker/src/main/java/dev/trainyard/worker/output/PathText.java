package dev.trainyard.worker.output;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * File names as text. On Linux a name consists of any bytes, and Java shows all invalid bytes in the same way. Here a byte that is not UTF-8,
 * and each byte of a control character, becomes {@code \xHH}, and a backslash becomes {@code \\}. So different names have different texts,
 * and a text can be converted back.
 */
final class PathText {

    private static final int LONGEST_CHARACTER = 4;

    private PathText() {}

    static String of(Path relative) {
        return StreamSupport.stream(relative.spliterator(), false)
                .map(name -> text(bytes(name)))
                .collect(Collectors.joining("/"));
    }

    /**
     * The bytes of a name. In Java only the URI of a path contains them.
     *
     * @param path a single name, or an absolute path
     */
    static byte[] bytes(Path path) {
        // The URI ends with a slash if a folder with that name exists.
        String uri = Path.of("/proc").resolve(path).toUri().getRawPath().replaceFirst("(?<=.)/$", "");
        String escaped = path.isAbsolute() ? uri : uri.substring(uri.lastIndexOf('/') + 1);
        ByteBuffer bytes = ByteBuffer.allocate(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes.put((byte) HexFormat.fromHexDigits(escaped, i + 1, i + 3));
                i += 2;
            } else {
                bytes.put((byte) escaped.charAt(i));
            }
        }
        byte[] exact = new byte[bytes.position()];
        bytes.flip().get(exact);
        return exact;
    }

    static String text(byte[] name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length; ) {
            int length = characterAt(name, i);
            int character = length == 0 ? 0 : new String(name, i, length, StandardCharsets.UTF_8).codePointAt(0);
            if (Character.isISOControl(character)) {
                for (int end = i + Math.max(1, length); i < end; i++) {
                    text.append("\\x").append(HexFormat.of().toHexDigits(name[i]));
                }
                continue;
            }
            text.append(character == '\\' ? "\\\\" : Character.toString(character));
            i += length;
        }
        return text.toString();
    }

    /** Length of the UTF-8 character that begins here, in bytes; 0 if none does. */
    private static int characterAt(byte[] name, int start) {
        for (int length = 1; length <= Math.min(LONGEST_CHARACTER, name.length - start); length++) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name, start, length));
                return length;
            } catch (CharacterCodingException e) {
                // Try with one more byte.
            }
        }
        return 0;
    }
}
