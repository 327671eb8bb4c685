package dev.trainyard.cli.terminal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Escapes unsafe characters in text from others. Control characters can move the terminal's cursor, change its title or make it send input.
 * Other characters reverse the direction of text or are invisible. They are shown as {@code \x1b} and {@code \u202e}. Newlines and tabs
 * stay.
 */
public final class ControlCharacters {

    private ControlCharacters() {}

    /** The text with unsafe characters escaped. */
    public static String shown(String text) {
        if (text.codePoints().noneMatch(ControlCharacters::isUnsafe)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isUnsafe(c)) {
                shown.append(escape(c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    /** A value in one line. Newlines and tabs are escaped, too, as {@code \n} and {@code \t}. */
    public static String inOneLine(String value) {
        return shown(value.replace("\n", "\\n").replace("\t", "\\t"));
    }

    /** A stream to a terminal that escapes unsafe characters. */
    public static PrintStream shownTo(PrintStream terminal) {
        boolean utf8 = terminal.charset().equals(StandardCharsets.UTF_8);
        return new PrintStream(new Shown(terminal, utf8), true, terminal.charset());
    }

    private static boolean isUnsafe(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c != '\n' && c != '\t';
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static String escape(int c) {
        return c < 0x100 ? "\\x%02x".formatted(c) : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c);
    }

    private static final class Shown extends FilterOutputStream {

        private final boolean utf8;

        /** The bytes of an incomplete character. */
        private final byte[] begun = new byte[4];

        private int count;
        private int length;

        Shown(OutputStream terminal, boolean utf8) {
            super(terminal);
            this.utf8 = utf8;
        }

        @Override
        public void write(int written) throws IOException {
            int b = written & 0xff;
            if (count > 0 && (b & 0xc0) != 0x80) {
                // The bytes so far are not a character.
                passOn();
            }
            if (count > 0) {
                begun[count++] = (byte) b;
                if (count == length) {
                    character();
                }
            } else if (utf8 && b >= 0xc2 && b <= 0xf4) {
                begun[count++] = (byte) b;
                length = b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
            } else if ((b < 0x80 || !utf8) && isUnsafe(b)) {
                show(b);
            } else {
                out.write(b);
            }
        }

        private void character() throws IOException {
            String text = new String(begun, 0, count, StandardCharsets.UTF_8);
            if (text.codePointCount(0, text.length()) == 1 && isUnsafe(text.codePointAt(0))) {
                count = 0;
                show(text.codePointAt(0));
            } else {
                passOn();
            }
        }

        private void passOn() throws IOException {
            int all = count;
            count = 0;
            out.write(begun, 0, all);
        }

        private void show(int c) throws IOException {
            out.write(escape(c).getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            passOn();
            super.close();
        }
    }
}
