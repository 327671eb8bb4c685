package dev.trainyard.db;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition instead of a time. */
final class Await {

    private static final Duration AT_MOST = Duration.ofSeconds(30);

    private Await() {}

    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + AT_MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited %d s in vain".formatted(AT_MOST.toSeconds()));
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
