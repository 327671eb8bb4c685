package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.Incarnation;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attempts that may have ended earlier processes of this worker. Each one pauses, and is then taken up alone, on trial. The trial is over
 * when this process has survived it for long enough, or when the attempt has completed a step.
 */
final class SuspectTrial {

    private static final Logger log = LoggerFactory.getLogger(SuspectTrial.class);

    /** The next process infers the end of this one from its lease, which is renewed every five seconds. */
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final Incarnation me;
    private final LongSupplier nanoTime;
    private final Set<AttemptId> told = new HashSet<>();
    private @Nullable Tried tried;

    private record Tried(AttemptId id, AttemptState state, long until) {}

    SuspectTrial(Incarnation me, LongSupplier nanoTime) {
        this.me = me;
        this.nanoTime = nanoTime;
    }

    /** @param unfinished all attempts of this worker that are not over now */
    void look(List<Attempt> unfinished) {
        Tried now = tried;
        if (now != null
                && (nanoTime.getAsLong() - now.until() >= 0
                        || unfinished.stream()
                                .noneMatch(
                                        attempt -> attempt.id().equals(now.id()) && attempt.state() == now.state()))) {
            tried = null;
        }
    }

    /** Whether this process may take the attempt up now. If so, a suspect is on trial from now on. */
    boolean mayBeTakenUp(Attempt attempt) {
        if (attempt.isInHandsOf(me) || !attempt.suspicion().isTriedAlone() || attempt.isSuspectToEnd()) {
            return true;
        }
        if (attempt.rests() || tried != null) {
            if (told.add(attempt.id())) {
                log.warn(
                        "attempt waits before it is taken up: processes of this worker ended {} times in a row while they had it in hand attempt={}",
                        attempt.suspicion().deaths(),
                        attempt.id());
            }
            return false;
        }
        Duration trial = attempt.suspicion().trial().plus(LEASE);
        log.warn("attempt taken up on trial, others wait attempt={} seconds={}", attempt.id(), trial.toSeconds());
        tried = new Tried(attempt.id(), attempt.state(), nanoTime.getAsLong() + trial.toNanos());
        return true;
    }
}
