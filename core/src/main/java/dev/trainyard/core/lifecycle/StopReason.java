package dev.trainyard.core.lifecycle;

/** Why an attempt is stopped. The first reason counts. */
public enum StopReason {
    TIME_LIMIT,
    PREEMPTED,
    PREPARE_TIMEOUT,
    CANCELLED;

    /** The cause of an attempt that was stopped for this reason. */
    public Cause cause() {
        return switch (this) {
            case TIME_LIMIT -> Cause.TIME_LIMIT;
            case PREEMPTED -> Cause.PREEMPTED;
            case PREPARE_TIMEOUT -> Cause.PREPARE_TIMEOUT;
            case CANCELLED -> Cause.CANCELLED;
        };
    }
}
