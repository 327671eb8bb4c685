package dev.trainyard.worker.output;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Names of files as text. Linux takes any bytes for a name, and Java shows those that it cannot read all alike. Here a byte that is no UTF-8,
 * and each byte of a control character, is {@code \xHH}, and a backslash is {@code \\}: two names never read alike, and each can be read back.
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
     * Its own bytes: its URI is the only form in which Java says them.
     *
     * @param path a single name, or an absolute path
     */
    static byte[] bytes(Path path) {
        // Where it ends in a slash, a folder of that name is there.
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

    /** How many bytes the character has that begins here; 0: none does. */
    private static int characterAt(byte[] name, int start) {
        for (int length = 1; length <= Math.min(LONGEST_CHARACTER, name.length - start); length++) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name, start, length));
                return length;
            } catch (CharacterCodingException e) {
                // With one byte more it may be one.
            }
        }
        return 0;
    }
}
