package dev.trainyard.core.text;

/** The user and the password in an address, which nobody but the program is to see. The history removes them from values by the same rule. */
public final class Logins {

    private Logins() {}

    /**
     * The text with {@code postgres://db/x} for {@code postgres://user:password@db/x}. As a password may hold any character, all is left out
     * from the first two slashes, which JSON also writes {@code \/\/}, to the last at sign.
     */
    public static String removed(String text) {
        int at = text.lastIndexOf('@');
        for (int from = 0; from + 1 < at; from++) {
            if (isSlash(text.charAt(from)) && isSlash(text.charAt(from + 1))) {
                int end = from + 2;
                while (isSlash(text.charAt(end))) {
                    end++;
                }
                return text.substring(0, end) + text.substring(at + 1);
            }
        }
        return text;
    }

    private static boolean isSlash(char c) {
        return c == '/' || c == '\\';
    }
}
