package dev.trainyard.worker.output;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Limits the points of curves per attempt, over all its files, and the total length of the names of curves, because they are held in
 * memory.
 */
public final class ScalarLimit {

    /** Enough for curves. The files of the program contain all points. */
    private static final int MAX_POINTS = 200_000;

    private static final int MAX_CHARACTERS = 4 << 20;

    /** Keeps one copy of each name. */
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

    /** The kept copy of a name. */
    String kept(String tag) {
        return tags.getOrDefault(tag, tag);
    }

    /** What is missing, for people. Empty if nothing is. */
    public Optional<String> missing() {
        return reached
                ? Optional.of(
                        "more than %d points of curves, or names of them of more than %d characters: only the first are recorded"
                                .formatted(MAX_POINTS, MAX_CHARACTERS))
                : Optional.empty();
    }
}
