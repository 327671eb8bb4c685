package dev.trainyard.db;

import java.util.stream.Stream;

/** Independent pieces of work. */
final class Parts {

    private Parts() {}

    /** Runs all of them, even if some fail. Then throws the first failure. */
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
