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
 * An attempt that ended its worker's process again and again, by whatever was done for it, or that may do so and was stopped: here is as
 * little done as can be. Neither its request nor its log nor its outputs are read.
 */
final class GivenUp {

    private static final Logger log = LoggerFactory.getLogger(GivenUp.class);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private GivenUp() {}

    /** Whether it is over. A training that runs goes on: nothing but its exit is waited for. */
    static boolean end(Host host, AttemptRun run, Attempt attempt) {
        @Nullable String recorded = attempt.containerId();
        @Nullable ContainerId container = recorded == null ? null : new ContainerId(recorded);
        if (attempt.state() == AttemptState.PREPARING && container != null) {
            // Its start may have been under way.
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

    /** In the attempt's log. */
    static void tellUnread(AttemptRun run) {
        log.warn(
                "training goes on unread until it ends, since reading it ended this worker's process attempt={}",
                run.id());
        run.say(
                Source.TRAINYARD,
                "[log and outputs of this training are unread from here until it ends: the process of its worker ended again and again while it read them]");
    }
}
