package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The step's own retries: a registry that fails is asked again, anything else is final at once.
 *
 * @param pauses between the tries, one more try than pauses
 */
record Tries(List<Duration> pauses) {

    static final Tries DEFAULT = new Tries(List.of(Duration.ofSeconds(2), Duration.ofSeconds(10)));

    interface Work<T> {
        T attempt() throws InterruptedException;
    }

    <T> T run(Consumer<String> progress, Work<T> work) throws InterruptedException {
        for (Duration pause : pauses) {
            try {
                return work.attempt();
            } catch (ImageFailure e) {
                if (e.verdict() != Cause.IMAGE_PULL_FAILED) {
                    throw e;
                }
                progress.accept("%s; trying again in %d s".formatted(e.getMessage(), pause.toSeconds()));
                Thread.sleep(pause);
            }
        }
        return work.attempt();
    }
}
