package dev.trainyard.worker.registry;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The pause after a failure: longer after each consecutive failure, up to a minute. Thread-safe. */
public final class Backoff {

    private static final Duration FIRST = Duration.ofSeconds(5);
    static final Duration LONGEST = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private int failures;
    private boolean hasSucceeded;
    private long failedAt;
    private long until;
    private String why = "";

    /**
     * A failure after which the next try has to wait.
     *
     * @param ago time since the failure
     * @param left time until the next try
     */
    public record Rest(String why, Duration ago, Duration left) {}

    public Backoff(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    public synchronized void failed(String reason) {
        Duration rest = FIRST.multipliedBy(1L << Math.min(failures, 10));
        failures++;
        why = reason;
        failedAt = nanoTime.getAsLong();
        until = failedAt + (rest.compareTo(LONGEST) < 0 ? rest : LONGEST).toNanos();
    }

    public synchronized void succeeded() {
        hasSucceeded = true;
        failures = 0;
    }

    /** Whether it has ever succeeded. */
    synchronized boolean hasSucceeded() {
        return hasSucceeded;
    }

    /** Whether the last try failed. */
    synchronized boolean isFailing() {
        return failures > 0;
    }

    /** Empty if it may be tried now. */
    public synchronized Optional<Rest> rest() {
        long now = nanoTime.getAsLong();
        return failures == 0 || now - until >= 0
                ? Optional.empty()
                : Optional.of(new Rest(why, Duration.ofNanos(now - failedAt), Duration.ofNanos(until - now)));
    }
}
