package dev.trainyard.db;

import java.util.stream.Stream;

/** Pieces of work that do not depend on each other. */
final class Parts {

    private Parts() {}

    /** All of them, whatever goes wrong with one; then it throws what went wrong first. */
    static void runAll(Stream<Runnable> parts) {
        RuntimeException first = null;
        for (Runnable part : parts.toList()) {
            try {
                part.run();
            } catch (RuntimeException e) {
                if (Outage.isAway(e)) {
                    throw e;
                }
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
