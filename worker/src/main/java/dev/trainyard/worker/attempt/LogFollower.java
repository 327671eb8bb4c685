package dev.trainyard.worker.attempt;

import dev.trainyard.db.LogStore.ResumePoint;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.LogEntry;
import dev.trainyard.worker.engine.LogPoint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies a container's log to the attempt's log, from the end of the stored part to the end of the log. */
final class LogFollower {

    private static final Logger log = LoggerFactory.getLogger(LogFollower.class);
    private static final Duration ENGINE_PAUSE = Duration.ofSeconds(1);

    private final Host host;
    private final AttemptRun run;
    private final ContainerId container;
    private final Beat beat;
    private volatile boolean detached;
    private @Nullable LogPoint last;

    private LogFollower(Host host, AttemptRun run, ContainerId container) {
        this.host = host;
        this.run = run;
        this.container = container;
        this.beat = new Beat(
                this::follow,
                Beat.AfterFailure.always(ENGINE_PAUSE),
                Beat.Telling.of(this::tell, () -> {}),
                MonotonicClock.SYSTEM);
    }

    /** One follower per attempt in this process. */
    static LogFollower start(Host host, AttemptRun run, ContainerId container) {
        LogFollower follower = new LogFollower(host, run, container);
        follower.last = run.persist(() -> host.logs().resumePoint(run.id()))
                .map(point -> new LogPoint(point.timestamp(), point.count()))
                .orElse(null);
        follower.beat.start(Thread.ofVirtual().name("follow-" + run.id().shortForm()));
        return follower;
    }

    private Beat.Next follow() throws InterruptedException {
        try {
            host.containers().follow(container, last, this::take);
        } catch (EngineRefused e) {
            log.info("log not readable attempt={} error={}", run.id(), e.getMessage());
        }
        return Beat.Next.OVER;
    }

    /** The attempt's own thread reports a silent engine. */
    private boolean tell(Exception failure) {
        if (failure instanceof EngineException) {
            return false;
        }
        log.error("log not followed, trying every second attempt={}", run.id(), failure);
        return true;
    }

    private void take(LogEntry entry) {
        if (detached) {
            // An earlier entry may have been dropped. Storing this one would hide the gap.
            return;
        }
        try {
            switch (entry) {
                case LogEntry.Line line -> {
                    last = line.point();
                    run.log()
                            .container(
                                    line.text(),
                                    line.continues(),
                                    new ResumePoint(
                                            line.point().timestamp(),
                                            line.point().count()));
                }
                case LogEntry.Gap gap ->
                    run.log()
                            .line(
                                    Source.TRAINYARD,
                                    "[some of the log was rotated away by the engine before it was read, until %s]"
                                            .formatted(gap.until()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the log is read to its end and stored. The container must have exited. Can be called again. */
    void finish() throws InterruptedException {
        beat.join();
        run.log().drain();
    }

    /** Stops. The next process continues after the stored part. */
    void detach() {
        detached = true;
        beat.stop();
    }
}
