package dev.trainyard.core.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Values of variables, taken out of what others say: the words are kept where more people read them than may see the values. */
public final class HiddenValues {

    private static final String MASK = "***";

    /** Shorter ones stand in every sentence, and are no secrets. */
    private static final int SHORTEST = 4;

    private final List<String> longestFirst;

    public HiddenValues(Collection<String> values) {
        this.longestFirst = values.stream()
                .map(String::strip)
                .filter(value -> value.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** The text without the values. It must be whole: of a value that was cut, a part would stay. */
    public String maskedIn(String text) {
        String masked = text;
        for (String value : longestFirst) {
            masked = masked.replace(value, MASK);
        }
        return masked;
    }
}
