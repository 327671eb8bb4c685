package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Attempts whose thread failed because of an internal error. Each pauses before it is taken up again, longer after each failure in a row.
 */
final class AttemptBackoff {

    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final LongSupplier nanoTime;
    private final Map<AttemptId, Setback> setbacks = new ConcurrentHashMap<>();

    private record Setback(Duration rest, long until) {}

    AttemptBackoff(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The attempt's thread has failed. Returns the pause. */
    Duration failed(AttemptId attempt) {
        return setbacks.compute(attempt, (id, last) -> {
                    Duration rest = last == null ? FIRST : last.rest().multipliedBy(2);
                    rest = rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
                    return new Setback(rest, nanoTime.getAsLong() + rest.toNanos());
                })
                .rest();
    }

    boolean rests(AttemptId attempt) {
        Setback last = setbacks.get(attempt);
        return last != null && nanoTime.getAsLong() - last.until() < 0;
    }

    /** Forgets attempts that are over. */
    void keepOnly(Set<AttemptId> live) {
        setbacks.keySet().retainAll(live);
    }
}
