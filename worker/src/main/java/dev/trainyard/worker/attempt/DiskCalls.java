package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.worker.attempt.Waiting.Woken;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * An attempt's calls to file systems. Each call runs in a thread of its own, which is abandoned if the call does not return in time: a
 * call to a network file system whose server is down may never return, and an interrupt does not end it.
 */
final class DiskCalls {

    static final Duration WITHIN = Duration.ofSeconds(60);

    private final AttemptId attempt;
    private final Waiting waiting;

    DiskCalls(AttemptId attempt, Waiting waiting) {
        this.attempt = attempt;
        this.waiting = waiting;
    }

    /** A call to a file system. */
    @FunctionalInterface
    interface DiskCall<T> {
        T call() throws IOException;
    }

    /** @throws Woken if the attempt's row changes, or after {@link #WITHIN} */
    <T> T ask(DiskCall<T> call) throws Woken, IOException {
        FutureTask<T> task = new FutureTask<>(call::call);
        Thread.ofPlatform().daemon().name("disk-" + attempt.shortForm()).start(task);
        return waiting.await(WITHIN, true, () -> {
                    try {
                        T result = task.get();
                        return (DiskCall<T>) () -> result;
                    } catch (ExecutionException e) {
                        return (DiskCall<T>) () -> {
                            if (e.getCause() instanceof IOException failure) {
                                throw failure;
                            }
                            throw new IllegalStateException(e.getCause());
                        };
                    }
                })
                .call();
    }
}
