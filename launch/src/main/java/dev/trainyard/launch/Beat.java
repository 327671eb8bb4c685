package dev.trainyard.launch;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A loop that looks at something again and again: after a pause, after another pause when a look has failed, until it is closed or a look
 * says that it is over. A failure is told once, and so is its end. No failure ends the loop, so a look must be one that may be repeated.
 */
public final class Beat implements AutoCloseable {

    /** Looks, and does what there is to do. */
    @FunctionalInterface
    public interface Look {
        Next look() throws Exception;
    }

    /**
     * What follows a look that has not failed.
     *
     * @param pause until the next one; null: there is none
     * @param proves whether failures that were told are over; a look that had nothing to try does not know
     */
    public record Next(@Nullable Duration pause, boolean proves) {

        /** There is no next look. */
        public static final Next OVER = new Next(null, false);

        public static Next in(Duration pause) {
            return new Next(pause, true);
        }

        /** As {@link #in}, after a look that had nothing to try. */
        public static Next untriedIn(Duration pause) {
            return new Next(pause, false);
        }
    }

    /** What people are told of looks that fail. */
    public interface Telling {

        /**
         * A look has failed, in a way of which nothing has been told yet.
         *
         * @param inARow how many looks have failed since the last that has not; at least 1
         * @return whether it was told; if not, the next failure is asked about again
         */
        boolean failing(Exception failure, int inARow);

        /** Looks succeed again, after a failure that was told. */
        void again();

        /** Failures of one kind are told once; those of another are told as well. */
        default String kind(Exception failure) {
            return "";
        }

        /** @param failing returns whether it was told */
        static Telling of(Predicate<Exception> failing, Runnable again) {
            return new Telling() {
                @Override
                public boolean failing(Exception failure, int inARow) {
                    return failing.test(failure);
                }

                @Override
                public void again() {
                    again.run();
                }
            };
        }
    }

    /** The pause after a failure: it doubles with each in a row, from the first to the longest. */
    public record AfterFailure(Duration first, Duration longest) {

        public static AfterFailure always(Duration pause) {
            return new AfterFailure(pause, pause);
        }

        private Duration longerThan(@Nullable Duration last) {
            if (last == null) {
                return first;
            }
            Duration twice = last.multipliedBy(2);
            return twice.compareTo(longest) < 0 ? twice : longest;
        }
    }

    private final Look look;
    private final AfterFailure afterFailure;
    private final Telling telling;
    private final MonotonicClock clock;
    private final Set<String> told = new HashSet<>();
    private int failedInARow;
    private @Nullable Duration lastPause;
    private volatile boolean stopped;
    private @Nullable Thread thread;

    public Beat(Look look, AfterFailure afterFailure, Telling telling, MonotonicClock clock) {
        this.look = look;
        this.afterFailure = afterFailure;
        this.telling = telling;
        this.clock = clock;
    }

    /** Begins, in a thread of its own, with a look. */
    public synchronized Beat start(Thread.Builder of) {
        return startIn(Duration.ZERO, of);
    }

    /** Begins, in a thread of its own, with a pause. */
    public synchronized Beat startIn(Duration pause, Thread.Builder of) {
        thread = of.start(() -> run(pause));
        return this;
    }

    /** Looks in the calling thread; returns when it is over or was stopped. An interrupt ends it, and is still set then. */
    public void run() {
        run(Duration.ZERO);
    }

    private void run(Duration firstPause) {
        try {
            @Nullable Duration pause = firstPause;
            while (pause != null) {
                if (!pause.isZero()) {
                    clock.sleep(pause);
                }
                pause = isStopped() ? null : round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One look; how long to pause after it, null: no longer at all. */
    private @Nullable Duration round() throws InterruptedException {
        try {
            Next next = look.look();
            if (next.proves()) {
                succeeded();
            }
            return next.pause();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // What is stopped in the middle of something says so in as many ways as there are libraries.
            return isStopped() ? null : failed(e);
        }
    }

    private boolean isStopped() {
        return stopped || Thread.currentThread().isInterrupted();
    }

    private void succeeded() {
        failedInARow = 0;
        lastPause = null;
        if (!told.isEmpty()) {
            told.clear();
            telling.again();
        }
    }

    private Duration failed(Exception failure) {
        failedInARow++;
        String kind = telling.kind(failure);
        if (!told.contains(kind) && telling.failing(failure, failedInARow)) {
            told.add(kind);
        }
        lastPause = afterFailure.longerThan(lastPause);
        return lastPause;
    }

    /** Ends it with the look at hand, whose waiting is interrupted; does not wait for that. */
    public synchronized void stop() {
        stopped = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Returns when it has ended. */
    public void join() throws InterruptedException {
        Thread started;
        synchronized (this) {
            started = thread;
        }
        if (started != null) {
            started.join();
        }
    }

    /** Ends it, and returns when it has ended. */
    @Override
    public void close() throws InterruptedException {
        stop();
        join();
    }
}
