package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.request.Request;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.Outcome;
import dev.trainyard.worker.attempt.Waiting.Woken;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.Delivery;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a running container's end, and brings it about where it is wanted: the request's stop signal first, KILL after the grace
 * period, or at once if somebody asks for it.
 */
final class ExitWatch {

    private static final Logger log = LoggerFactory.getLogger(ExitWatch.class);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(10);

    private final Host host;
    private final AttemptRun run;
    private final Attempt attempt;
    private final Request.Submit request;
    private final ContainerId container;
    /** When the time limit or the grace period is over, by the monotonic clock; null: nothing limits. */
    private @Nullable Long deadline;

    private boolean stopping;
    private boolean killing;
    private boolean endedByItself;

    ExitWatch(Host host, AttemptRun run, Attempt attempt, Request.Submit request, ContainerId container) {
        this.host = host;
        this.run = run;
        this.attempt = attempt;
        this.request = request;
        this.container = container;
        if (request.timeLimit() != null) {
            Duration ran = Objects.requireNonNullElse(attempt.runningFor(), Duration.ZERO);
            this.deadline = System.nanoTime() + request.timeLimit().minus(ran).toNanos();
        }
        if (attempt.stopReason() != null) {
            run.waiting().rowChanged();
        }
    }

    /** What its container is asked to end with. */
    static String stopSignal(Request.Submit request) {
        String asked = request.run().program().stopSignal();
        return asked == null ? "SIGTERM" : asked;
    }

    /** Returns when the container is dead or gone, or the row says something else than a stop; the caller looks which. */
    void await() {
        while (true) {
            try {
                run.await(left(), true, () -> {
                    host.containers().await(container);
                    return true;
                });
                return;
            } catch (Woken woken) {
                if (!stopping && !woken.byRow()) {
                    run.persist(() -> host.attempts().stop(host.me(), run.id(), StopReason.TIME_LIMIT));
                }
                // Committed before the first signal: from here on an end is ours, whatever the exit code.
                if (run.persist(() -> host.attempts().signalled(host.me(), run.id(), host.grace(request)))
                        == Outcome.STALE) {
                    return;
                }
                Attempt current =
                        run.persist(() -> host.attempts().find(run.id())).orElseThrow();
                if (!woken.byRow() && stopping || current.killRequested() && !killing) {
                    kill();
                } else if (!stopping) {
                    // Signalled by an earlier release, it has none.
                    stop(Objects.requireNonNullElse(current.graceLeft(), host.grace(request)));
                }
            }
        }
    }

    /** The first stop signal found the container dead already: its end was its own. */
    boolean endedByItself() {
        return endedByItself;
    }

    private @Nullable Duration left() {
        return deadline == null ? null : Duration.ofNanos(Math.max(deadline - System.nanoTime(), 0));
    }

    private void stop(Duration grace) {
        signal(stopSignal(request), grace);
    }

    private void kill() {
        killing = true;
        signal("SIGKILL", BETWEEN_KILLS);
    }

    /** @param patience until the next signal */
    private void signal(String signal, Duration patience) {
        log.info("stopping attempt={} signal={} next in={}", run.id(), signal, patience);
        Delivery delivery = host.containers().signal(container, signal);
        if (delivery == Delivery.REFUSED) {
            // It counts as sent: whatever it was, KILL comes in time.
            run.say(
                    Source.TRAINYARD,
                    "[the engine cannot send the stop signal %s: the program hears of nothing before it is killed]"
                            .formatted(signal));
        }
        if (!stopping && delivery == Delivery.NOT_RUNNING && !attempt.stopSignalled()) {
            endedByItself = true;
        }
        deadline = System.nanoTime() + patience.toNanos();
        stopping = true;
    }
}
