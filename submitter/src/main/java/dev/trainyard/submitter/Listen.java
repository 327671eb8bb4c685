package dev.trainyard.submitter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ADDRESS:PORT}, as given on the command line. */
record Listen(String address, int port) {

    private static final Pattern FORM = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^:\\[\\]]+):(\\d{1,5})");

    /** @throws IllegalArgumentException that names the expected form */
    static Listen parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 0xffff) {
            throw new IllegalArgumentException(
                    "write ADDRESS:PORT, for example 127.0.0.1:8700, 0.0.0.0:8700 or [::1]:0");
        }
        return new Listen(matcher.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(matcher.group(2)));
    }
}
