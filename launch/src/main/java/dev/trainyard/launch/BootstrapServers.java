package dev.trainyard.launch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's addresses as people write them: {@code HOST:PORT}, several with commas. */
public final class BootstrapServers {

    /** What Kafka's own clients take: a protocol before it is allowed, and of no effect. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?:[A-Za-z_]+://)?(?:\\[[0-9A-Fa-f:.%]+]|[^\\s:/\\[\\]]+):(\\d{1,5})");

    private BootstrapServers() {}

    /** What is wrong with them and the form that is expected; empty: nothing. */
    public static Optional<String> problem(String text) {
        for (String address : text.split(",", -1)) {
            Matcher form = ADDRESS.matcher(address.strip());
            if (!form.matches() || !isPort(Integer.parseInt(form.group(1)))) {
                return Optional.of("\"%s\" is no address of Kafka: write HOST:PORT, several of them with commas"
                        .formatted(address.strip()));
            }
        }
        return Optional.empty();
    }

    private static boolean isPort(int number) {
        return number > 0 && number < 65_536;
    }
}
