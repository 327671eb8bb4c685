package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.LostAttemptDecision;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.Outcome;
import dev.trainyard.worker.attempt.Waiting.Woken;
import dev.trainyard.worker.engine.AttemptRef;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpecs;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.State;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads an attempt's row for a step. If the attempt was lost with its host, it is settled first: it is taken back if no other attempt has
 * replaced it. Otherwise it is given up: its container is stopped and removed, and its devices are freed.
 */
final class SettledAttempt {

    private static final Logger log = LoggerFactory.getLogger(SettledAttempt.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private SettledAttempt() {}

    static Known of(Host host, AttemptRun run, Known before) {
        Known known = before;
        while (true) {
            Attempt attempt = run.persist(() -> host.attempts().find(run.id())).orElseThrow();
            known = known.with(attempt);
            Attempt.Lost lost = attempt.lost();
            if (lost == null) {
                return known;
            }
            try {
                if (settle(host, run, attempt, lost) == Outcome.STALE) {
                    // The row has changed, or the lease is not renewed yet.
                    run.pause(PAUSE);
                }
            } catch (EngineSilent e) {
                known = run.waitForEngine(known, e);
            }
        }
    }

    private static Outcome settle(Host host, AttemptRun run, Attempt attempt, Attempt.Lost lost) {
        return switch (LostAttemptDecision.next(lost.job(), lost.newest(), lost.in())) {
            // At once, even if the engine is silent.
            case REINSTATE -> reinstate(host, run, lost.in() == AttemptState.RUNNING);
            case REINSTATE_IF_STARTED -> {
                Optional<ContainerStatus> container = container(host, run, attempt);
                yield container.filter(SettledAttempt::wasStarted).isPresent()
                        ? reinstate(host, run, true)
                        : giveUp(host, run, container);
            }
            case GIVE_UP -> giveUp(host, run, container(host, run, attempt));
        };
    }

    private static Outcome reinstate(Host host, AttemptRun run, boolean started) {
        Outcome outcome = run.persist(() -> host.lostHosts().reinstate(host.me(), run.id(), started));
        if (outcome == Outcome.APPLIED) {
            log.info("attempt of a lost host taken back attempt={}", run.id());
        }
        return outcome;
    }

    private static Outcome giveUp(Host host, AttemptRun run, Optional<ContainerStatus> container) {
        container.ifPresent(status -> {
            if (status.state() == State.RUNNING) {
                stop(host, run, status.id());
            }
            host.containers().remove(status.id());
        });
        boolean ran = container.filter(SettledAttempt::wasStarted).isPresent();
        Outcome outcome = run.persist(() -> host.lostHosts().superseded(host.me(), run.id(), ran));
        if (outcome == Outcome.APPLIED) {
            log.info("attempt of a lost host given up attempt={}", run.id());
        }
        return outcome;
    }

    /** Sends the request's stop signal, and SIGKILL after the grace period. */
    private static void stop(Host host, AttemptRun run, ContainerId container) {
        Duration patience = host.grace(run.request());
        String next = ExitWatch.stopSignal(run.request());
        while (true) {
            log.info("stopping what was replaced attempt={} signal={}", run.id(), next);
            host.containers().signal(container, next);
            try {
                run.await(patience, false, () -> {
                    host.containers().await(container);
                    return true;
                });
                return;
            } catch (Woken e) {
                next = "SIGKILL";
                patience = PAUSE.multipliedBy(10);
            }
        }
    }

    private static boolean wasStarted(ContainerStatus status) {
        return status.startedAt() != null;
    }

    private static Optional<ContainerStatus> container(Host host, AttemptRun run, Attempt attempt) {
        return host.containers()
                .inspect(ContainerSpecs.name(run.request().name(), new AttemptRef(attempt.id(), attempt.number())));
    }
}
