package dev.trainyard.core.training;

import java.util.ArrayDeque;
import java.util.Deque;

/** A path in the container, as the engine resolves it: {@code //x/./y/..} is {@code /x}. */
final class ContainerPath {

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
