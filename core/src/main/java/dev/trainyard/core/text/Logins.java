package dev.trainyard.core.text;

/** Hides user and password of addresses, because only the program may see them. The history applies the same rule to values. */
public final class Logins {

    private static final String MASK = "***@";

    private Logins() {}

    /**
     * Replaces {@code postgres://user:password@db/x} by {@code postgres://***@db/x}. A password may contain any character, so this removes all
     * text from the first two slashes (in JSON also {@code \/\/}) to the last at sign.
     */
    public static String removed(String text) {
        int at = text.lastIndexOf('@');
        for (int from = 0; from + 1 < at; from++) {
            if (isSlash(text.charAt(from)) && isSlash(text.charAt(from + 1))) {
                int end = from + 2;
                while (isSlash(text.charAt(end))) {
                    end++;
                }
                return text.substring(0, end) + MASK + text.substring(at + 1);
            }
        }
        return text;
    }

    /** Whether a login was hidden in the text: then the text is not the value that it stands for. */
    public static boolean isMasked(String text) {
        for (int at = text.indexOf(MASK); at >= 0; at = text.indexOf(MASK, at + 1)) {
            if (at >= 2 && isSlash(text.charAt(at - 1)) && isSlash(text.charAt(at - 2))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSlash(char c) {
        return c == '/' || c == '\\';
    }
}
