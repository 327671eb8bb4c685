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
 * Attempts that former processes of this worker may have ended by: each rests, and is then taken up while no other of them is on trial. The
 * trial is over when this process has lived with it for long enough, or the attempt has taken a step.
 */
final class SuspectTrial {

    private static final Logger log = LoggerFactory.getLogger(SuspectTrial.class);

    /** The next process knows the end of this one by its lease, which is renewed every five seconds. */
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

    /** @param unfinished all attempts of this worker that are not over, as of now */
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

    /** Whether an attempt that is not in hand may be taken up now; one that is suspected is on trial from here. */
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
