package dev.trainyard.worker.registry;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How long something that failed is left alone: longer each time in a row, up to a minute. For several threads. */
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
     * A failure that still keeps it from being tried.
     *
     * @param ago when it failed
     * @param left until it may be tried again
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

    /** It has worked before, whatever it did last. */
    synchronized boolean hasSucceeded() {
        return hasSucceeded;
    }

    /** The last try failed. */
    synchronized boolean isFailing() {
        return failures > 0;
    }

    /** Empty: it may be tried. */
    public synchronized Optional<Rest> rest() {
        long now = nanoTime.getAsLong();
        return failures == 0 || now - until >= 0
                ? Optional.empty()
                : Optional.of(new Rest(why, Duration.ofNanos(now - failedAt), Duration.ofNanos(until - now)));
    }
}
