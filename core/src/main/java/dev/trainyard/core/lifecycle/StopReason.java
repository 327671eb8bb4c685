package dev.trainyard.core.lifecycle;

/** Why an attempt is to be stopped. The first reason wins. */
public enum StopReason {
    TIME_LIMIT,
    PREEMPTED,
    PREPARE_TIMEOUT,
    CANCELLED;

    /** The cause of an attempt that this reason ended. */
    public Cause cause() {
        return switch (this) {
            case TIME_LIMIT -> Cause.TIME_LIMIT;
            case PREEMPTED -> Cause.PREEMPTED;
            case PREPARE_TIMEOUT -> Cause.PREPARE_TIMEOUT;
            case CANCELLED -> Cause.CANCELLED;
        };
    }
}
