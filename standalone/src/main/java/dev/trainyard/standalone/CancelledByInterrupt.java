package dev.trainyard.standalone;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Cancels a job when this process is told to end (Ctrl-C, SIGTERM), and waits until the job has ended and everything is closed. Otherwise
 * the job would continue, unexpectedly, at the next start.
 */
final class CancelledByInterrupt {

    /** Covers the grace period of the container, the collection of its outputs, and the stop of the services. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Runnable cancel;
    private final Thread hook = Thread.ofPlatform().name("interrupted").unstarted(this::interrupted);
    private volatile boolean came;

    private CancelledByInterrupt(Runnable cancel) {
        this.cancel = cancel;
    }

    static CancelledByInterrupt watch(Runnable cancel) {
        CancelledByInterrupt watched = new CancelledByInterrupt(cancel);
        Runtime.getRuntime().addShutdownHook(watched.hook);
        return watched;
    }

    private void interrupted() {
        came = true;
        cancel.run();
        try {
            closed.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process is ending. */
    boolean came() {
        return came;
    }

    /** The job has ended. From now on an interrupt ends the process as usual. */
    void jobEnded() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The interrupt has arrived. Its thread waits for allClosed().
        }
    }

    /** Everything is closed. */
    void allClosed() {
        closed.countDown();
    }
}
