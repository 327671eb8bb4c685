package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.worker.attempt.Waiting.Woken;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What an attempt asks of file systems, each call in a thread that is left behind if it does not answer: one whose server is dead never
 * does, and no interrupt ends the call.
 */
final class DiskCalls {

    static final Duration WITHIN = Duration.ofSeconds(60);

    private final AttemptId attempt;
    private final Waiting waiting;

    DiskCalls(AttemptId attempt, Waiting waiting) {
        this.attempt = attempt;
        this.waiting = waiting;
    }

    /** What a file system is asked for. */
    @FunctionalInterface
    interface DiskCall<T> {
        T call() throws IOException;
    }

    /** @throws Woken on news in the attempt's row, or after {@link #WITHIN} */
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
