package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.Outcome;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles an attempt that has repeatedly ended its worker's process, or that may do so and was stopped. It does as little as possible: it
 * does not read the request, the log or the outputs.
 */
final class GivenUp {

    private static final Logger log = LoggerFactory.getLogger(GivenUp.class);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private GivenUp() {}

    /** Returns whether the attempt is over. A running training continues, and the worker only waits for its exit. */
    static boolean end(Host host, AttemptRun run, Attempt attempt) {
        @Nullable String recorded = attempt.containerId();
        @Nullable ContainerId container = recorded == null ? null : new ContainerId(recorded);
        if (attempt.state() == AttemptState.PREPARING && container != null) {
            // An earlier process may have started it without recording this.
            remove(host, run, attempt, container);
        }
        if (attempt.state() == AttemptState.RUNNING || attempt.state() == AttemptState.ENDED) {
            return false;
        }
        log.error(
                "attempt given up: {} processes of this worker ended in a row while they had it in hand job={} attempt={} state={}",
                attempt.suspicion().deaths(),
                attempt.jobId(),
                attempt.id(),
                attempt.state());
        boolean over = run.persist(() -> host.suspects().givenUp(host.me(), run.id())) == Outcome.APPLIED;
        if (over && container != null) {
            remove(host, run, attempt, container);
        }
        return over;
    }

    private static void remove(Host host, AttemptRun run, Attempt attempt, ContainerId container) {
        Known known = Known.of(attempt);
        while (true) {
            try {
                host.containers().end(container, GRACE);
                return;
            } catch (EngineSilent e) {
                known = run.waitForEngine(known, e);
            } catch (EngineRefused e) {
                log.warn("container not removed attempt={} error={}", run.id(), e.getMessage());
                return;
            }
        }
    }

    /** Written to the attempt's log. */
    static void tellUnread(AttemptRun run) {
        log.warn(
                "training goes on unread until it ends, since reading it ended this worker's process attempt={}",
                run.id());
        run.say(
                Source.TRAINYARD,
                "[log and outputs of this training are unread from here until it ends: the process of its worker ended again and again while it read them]");
    }
}
