package dev.trainyard.worker.output;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many points of curves are read of one attempt, over all its files, and how long the names of its curves may be together: what is read is held
 * in memory.
 */
public final class ScalarLimit {

    /** Enough for curves; a program that logs more points has its files. */
    private static final int MAX_POINTS = 200_000;

    private static final int MAX_CHARACTERS = 4 << 20;

    /** No name of a curve is held twice. */
    private final Map<String, String> tags = new HashMap<>();

    private int points;
    private int characters;
    private boolean reached;

    /** Counts a point; returns whether there is room for it. */
    boolean admits(String tag) {
        boolean isNew = !tags.containsKey(tag);
        if (points == MAX_POINTS || isNew && characters + tag.length() > MAX_CHARACTERS) {
            reached = true;
            return false;
        }
        points++;
        if (isNew) {
            characters += tag.length();
            tags.put(tag, tag);
        }
        return true;
    }

    /** The one of those that are alike that is kept. */
    String kept(String tag) {
        return tags.getOrDefault(tag, tag);
    }

    /** What is missing, for people; empty: nothing is. */
    public Optional<String> missing() {
        return reached
                ? Optional.of(
                        "more than %d points of curves, or names of them of more than %d characters: only the first are recorded"
                                .formatted(MAX_POINTS, MAX_CHARACTERS))
                : Optional.empty();
    }
}
