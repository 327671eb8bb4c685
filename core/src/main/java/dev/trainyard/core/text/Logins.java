package dev.trainyard.core.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hides user and password of addresses, because only the program may see them. The history applies the same rule to values. */
public final class Logins {

    private static final String MASK = "***@";

    private static final String ORACLE = "jdbc:oracle:[a-z0-9]{1,20}+:";

    /** Where a login may begin. Oracle's addresses have it before the at sign, and no slashes before it. */
    private static final Pattern START = Pattern.compile("[/\\\\]{2,}+|" + ORACLE + "(?=.)", Pattern.DOTALL);

    private static final Pattern MASKED = Pattern.compile("(?:[/\\\\]{2}|" + ORACLE + ")\\*{3}@");

    private Logins() {}

    /**
     * Replaces {@code postgres://user:password@db/x} by {@code postgres://***@db/x}, and {@code jdbc:oracle:thin:user/password@db} by
     * {@code jdbc:oracle:thin:***@db}. A password may contain any character, so this removes all text from the first two slashes (in JSON also
     * {@code \/\/}) to the last at sign.
     */
    public static String removed(String text) {
        int at = text.lastIndexOf('@');
        Matcher start = START.matcher(text).region(0, Math.max(at, 0));
        return start.find() ? text.substring(0, start.end()) + MASK + text.substring(at + 1) : text;
    }

    /** Whether a login was hidden in the text: then the text is not the value that it stands for. */
    public static boolean isMasked(String text) {
        return MASKED.matcher(text).find();
    }
}
