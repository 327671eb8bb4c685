package dev.trainyard.core.plan;

import dev.trainyard.core.request.JobId;
import java.time.Instant;
import java.util.Comparator;

/**
 * A waiting job's place in the queue. This is where the order is decided: a higher priority goes first; of the same priority, who has waited
 * longer; then the id, so that no two jobs have the same place.
 *
 * @param queuedAt since when the job waits; a retry keeps it
 */
public record QueuePlace(int priority, Instant queuedAt, JobId job) implements Comparable<QueuePlace> {

    private static final Comparator<QueuePlace> ORDER = Comparator.comparingInt(QueuePlace::priority)
            .reversed()
            .thenComparing(QueuePlace::queuedAt)
            .thenComparing(QueuePlace::job);

    /** Negative: this place comes first. */
    @Override
    public int compareTo(QueuePlace other) {
        return ORDER.compare(this, other);
    }
}
