package dev.trainyard.core.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Removes values of variables from messages of other programs, because more people can read the messages than may see the values. */
public final class HiddenValues {

    private static final String MASK = "***";

    /** Shorter values occur in many sentences and are not secrets. */
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

    /** The text without the values. The text must be complete: a part of a truncated value would not be removed. */
    public String maskedIn(String text) {
        String masked = text;
        for (String value : longestFirst) {
            masked = masked.replace(value, MASK);
        }
        return masked;
    }
}
