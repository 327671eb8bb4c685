package dev.trainyard.core.training;

import java.util.ArrayDeque;
import java.util.Deque;

/** A path in the container, normalized as the engine does it: {@code //x/./y/..} becomes {@code /x}. */
public final class ContainerPath {

    /** Maximum length of a path, the same as in the message's schema: Linux's PATH_MAX. */
    static final int LONGEST = 4096;

    /** Regular expression of an absolute path. */
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
