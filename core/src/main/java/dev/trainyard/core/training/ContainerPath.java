package dev.trainyard.core.training;

import java.util.ArrayDeque;
import java.util.Deque;

/** A path in the container, as the engine resolves it: {@code //x/./y/..} is {@code /x}. */
public final class ContainerPath {

    /** Of a path in a message, as its schema has it: Linux takes no longer one. */
    static final int LONGEST = 4096;

    /** What an absolute path looks like. */
    public static final String FORM = "/.{0,%d}".formatted(LONGEST - 1);

    private ContainerPath() {}

    static String plain(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return "/" + String.join("/", segments);
    }
}
