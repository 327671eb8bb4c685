package dev.trainyard.standalone;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A job that must not outlive its process: if the process is told to end (Ctrl-C, SIGTERM), the job is cancelled, and the process waits
 * until it has ended and everything is closed. A job that was left behind would run, unasked, with the next start.
 */
final class CancelledByInterrupt {

    /** For the grace period of a container, its outputs, and the services. */
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

    /** The job has ended by itself: from here on an interrupt ends the process as ever. */
    void jobEnded() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It has come, and waits for everything to be closed.
        }
    }

    /** Everything is closed. */
    void allClosed() {
        closed.countDown();
    }
}
