package dev.trainyard.launch;

import java.time.Duration;
import java.util.function.Supplier;

/** Something that a {@link Beat} does at some of its looks: at the first, and at the first after each pause. */
public final class Seldom {

    private final MonotonicClock clock;
    private long dueAt;

    public Seldom(MonotonicClock clock) {
        this.clock = clock;
        this.dueAt = clock.nanoTime();
    }

    /**
     * Does it, if it is due.
     *
     * @param work returns how long it is not due after that; one that throws is due at the next look
     */
    public void ifDue(Supplier<Duration> work) {
        if (clock.nanoTime() - dueAt >= 0) {
            Duration pause = work.get();
            dueAt = clock.nanoTime() + pause.toNanos();
        }
    }
}
