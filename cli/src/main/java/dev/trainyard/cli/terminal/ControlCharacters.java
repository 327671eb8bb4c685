package dev.trainyard.cli.terminal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Control characters in what others wrote: a terminal would obey them, and move its cursor, change its title or answer as if somebody had typed.
 * They are shown as {@code \x1b}; the ends of lines and tabs stay.
 */
public final class ControlCharacters {

    private ControlCharacters() {}

    /** The text with all of them shown. */
    public static String shown(String text) {
        if (text.chars().noneMatch(ControlCharacters::isUnsafe)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isUnsafe(c)) {
                shown.append("\\x%02x".formatted(c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    /** A stream to a terminal that shows them. */
    public static PrintStream shownTo(PrintStream terminal) {
        boolean utf8 = terminal.charset().equals(StandardCharsets.UTF_8);
        return new PrintStream(new Shown(terminal, utf8), true, terminal.charset());
    }

    private static boolean isUnsafe(int c) {
        return Character.isISOControl(c) && c != '\n' && c != '\t';
    }

    private static final class Shown extends FilterOutputStream {

        /** In UTF-8 the upper control characters are this byte and their own. */
        private static final int LEAD = 0xc2;

        private final boolean utf8;
        private boolean afterLead;

        Shown(OutputStream terminal, boolean utf8) {
            super(terminal);
            this.utf8 = utf8;
        }

        @Override
        public void write(int written) throws IOException {
            int b = written & 0xff;
            boolean upper = b >= 0x80 && isUnsafe(b);
            if (afterLead) {
                afterLead = false;
                if (upper) {
                    show(b);
                    return;
                }
                out.write(LEAD);
            }
            if (utf8 && b == LEAD) {
                afterLead = true;
            } else if (b < 0x80 ? isUnsafe(b) : upper && !utf8) {
                show(b);
            } else {
                out.write(b);
            }
        }

        private void show(int b) throws IOException {
            out.write("\\x%02x".formatted(b).getBytes(StandardCharsets.US_ASCII));
        }
    }
}
