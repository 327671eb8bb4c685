package dev.trainyard.core.text;

/** White space as Docker and Compose define it (Go's {@code unicode.IsSpace}). Unlike Java's definition, it includes no-break spaces. */
public final class WhiteSpace {

    private WhiteSpace() {}

    public static boolean is(int c) {
        return "\t\n\u000B\f\r \u0085\u00A0".indexOf(c) >= 0 || Character.isSpaceChar(c);
    }

    public static String withoutLeading(String text) {
        int begin = 0;
        while (begin < text.length() && is(text.charAt(begin))) {
            begin++;
        }
        return text.substring(begin);
    }

    public static String withoutTrailing(String text) {
        int end = text.length();
        while (end > 0 && is(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }
}
