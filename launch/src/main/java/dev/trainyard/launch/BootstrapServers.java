package dev.trainyard.launch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's bootstrap servers as people write them: {@code HOST:PORT}, separated by commas. */
public final class BootstrapServers {

    /** As Kafka's own clients read it: they allow a protocol in front and ignore it. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?:[A-Za-z_]+://)?(?:\\[[0-9A-Fa-f:.%]+]|[^\\s:/\\[\\]]+):(\\d{1,5})");

    private BootstrapServers() {}

    /** What is wrong, and the expected form. Empty if the text is valid. */
    public static Optional<String> problem(String text) {
        for (String address : text.split(",", -1)) {
            Matcher form = ADDRESS.matcher(address.strip());
            if (!form.matches() || !isPort(Integer.parseInt(form.group(1)))) {
                return Optional.of("\"%s\" is not a Kafka address: write HOST:PORT, and separate several by commas"
                        .formatted(address.strip()));
            }
        }
        return Optional.empty();
    }

    private static boolean isPort(int number) {
        return number > 0 && number < 65_536;
    }
}
