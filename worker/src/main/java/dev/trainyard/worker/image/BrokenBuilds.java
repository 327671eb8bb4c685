package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineSilent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Builds during which the engine broke the connection. A build that crashes the engine does so every time. So the build is retried a few
 * times, with increasing pauses, and then fails. Thread-safe.
 */
final class BrokenBuilds {

    static final int MOST_TRIES = 5;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    /** Limits memory, because a build that is cancelled before its last try would otherwise be kept forever. */
    private static final int MOST_KEPT = 1000;

    private final EngineImages images;
    private final MonotonicClock clock;

    private final Map<String, Broken> broken = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Broken> eldest) {
            return size() > MOST_KEPT;
        }
    };

    /**
     * @param tries number of consecutive tries that the engine broke off
     * @param engineStayed whether the engine answered at once after each of them
     */
    private record Broken(int tries, boolean engineStayed) {

        private static final Broken NEVER = new Broken(0, true);

        Duration pause() {
            return FIRST_PAUSE.multipliedBy(1L << (tries - 1));
        }
    }

    interface Work<T> {
        T run() throws InterruptedException;
    }

    BrokenBuilds(EngineImages images, MonotonicClock clock) {
        this.images = images;
        this.clock = clock;
    }

    /**
     * Builds, after the pause since an earlier try.
     *
     * @param content identifies the build
     * @throws EngineSilent if the engine broke the build off, or does not answer: try again
     * @throws ImageFailure if the engine broke it off too often
     */
    <T> T attempt(String content, Consumer<String> progress, Work<T> build) throws InterruptedException {
        Broken before = of(content);
        if (before.tries() > 0) {
            clock.sleep(before.pause());
        }
        try {
            T built = build.run();
            forget(content);
            return built;
        } catch (ImageFailure e) {
            forget(content);
            throw e;
        } catch (EngineSilent e) {
            if (!e.broke()) {
                throw e;
            }
            Broken now = new Broken(before.tries() + 1, before.engineStayed() && answers());
            if (now.tries() >= MOST_TRIES) {
                forget(content);
                throw failure(now, e);
            }
            remember(content, now);
            progress.accept("[the engine broke off the build, try %d of %d; next try in %d s: %s]"
                    .formatted(now.tries(), MOST_TRIES, now.pause().toSeconds(), e.getMessage()));
            throw e;
        }
    }

    private static ImageFailure failure(Broken broken, EngineSilent last) {
        return broken.engineStayed()
                ? new ImageFailure(
                        Cause.IMAGE_BUILD_FAILED,
                        "the build failed: the engine broke it off %d times, and answered otherwise (%s). Something in the build makes it do so: see the step that it was at, and the engine's own log on the host"
                                .formatted(broken.tries(), last.getMessage()),
                        true)
                : new ImageFailure(
                        Cause.PREPARE_TIMEOUT,
                        "the engine went away %d times while it built the image (%s). Whoever runs the host finds the reason in the engine's own log"
                                .formatted(broken.tries(), last.getMessage()),
                        true);
    }

    private boolean answers() {
        try {
            return !images.platform().name().isEmpty();
        } catch (EngineException e) {
            return false;
        }
    }

    private synchronized Broken of(String content) {
        return broken.getOrDefault(content, Broken.NEVER);
    }

    private synchronized void remember(String content, Broken now) {
        broken.put(content, now);
    }

    private synchronized void forget(String content) {
        broken.remove(content);
    }
}
