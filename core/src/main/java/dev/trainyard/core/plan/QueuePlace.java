package dev.trainyard.core.plan;

import dev.trainyard.core.request.JobId;
import java.time.Instant;
import java.util.Comparator;

/**
 * A waiting job's place in the queue. This class defines the order: higher priority first, then longer waiting time, then the id, so that
 * each place is unique. The database sorts the queue itself, in the same order; {@code QueueOrderTest} compares both.
 *
 * @param queuedAt when the job was first queued. A retry keeps it
 */
public record QueuePlace(int priority, Instant queuedAt, JobId job) implements Comparable<QueuePlace> {

    private static final Comparator<QueuePlace> ORDER = Comparator.comparingInt(QueuePlace::priority)
            .reversed()
            .thenComparing(QueuePlace::queuedAt)
            .thenComparing(QueuePlace::job);

    /** Negative if this place comes first. */
    @Override
    public int compareTo(QueuePlace other) {
        return ORDER.compare(this, other);
    }
}
