package dev.trainyard.core.text;

import java.util.regex.Pattern;

/** The user and the password in an address, which nobody but the program is to see. The history removes them by the same pattern. */
public final class Logins {

    private static final Pattern LOGIN = Pattern.compile("://[^/\\s]*@");

    private Logins() {}

    /** The text with {@code postgres://db/x} for {@code postgres://user:password@db/x}. */
    public static String removed(String text) {
        return LOGIN.matcher(text).replaceAll("://");
    }
}
