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
    /** The end of the time limit or of the grace period, by the monotonic clock; null for no limit. */
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

    /** The signal that asks the container to end. */
    static String stopSignal(Request.Submit request) {
        String asked = request.run().program().stopSignal();
        return asked == null ? "SIGTERM" : asked;
    }

    /** Returns when the container has exited or was removed, or the row no longer allows a stop. The caller checks which. */
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
                // Committed before the first signal: from now on the worker has ended the container, whatever the exit
                // code.
                if (run.persist(() -> host.attempts().signalled(host.me(), run.id(), host.grace(request)))
                        == Outcome.STALE) {
                    return;
                }
                Attempt current =
                        run.persist(() -> host.attempts().find(run.id())).orElseThrow();
                if (!woken.byRow() && stopping || current.killRequested() && !killing) {
                    kill();
                } else if (!stopping) {
                    // Null if an earlier release sent the signal.
                    stop(Objects.requireNonNullElse(current.graceLeft(), host.grace(request)));
                }
            }
        }
    }

    /** Whether the container had already exited when the first stop signal was sent. */
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
            // It counts as sent, so that SIGKILL follows in time.
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
