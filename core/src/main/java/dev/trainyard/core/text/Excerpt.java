package dev.trainyard.core.text;

/** Makes any text of a submitter safe to show in a message, which may appear in a terminal, a log or an HTTP header. */
public final class Excerpt {

    private static final int LENGTH = 60;
    private static final int LONGEST_PATH = 4096;

    private Excerpt() {}

    /** The text in quotes, shortened to 60 characters, without control characters. */
    public static String quote(String text) {
        return "'" + plain(text, LENGTH) + "'";
    }

    /** A complete path in quotes, because its end is the most useful part. Linux limits the length of paths. */
    public static String path(String path) {
        return "'" + plain(path, LONGEST_PATH) + "'";
    }

    /** The text shortened to a length, without control characters and line breaks. */
    public static String plain(String text, int length) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(length)
                .forEach(c -> shown.appendCodePoint(isPlain(c) ? c : Character.isWhitespace(c) ? ' ' : '�'));
        return shown + (text.codePointCount(0, text.length()) > length ? "…" : "");
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
