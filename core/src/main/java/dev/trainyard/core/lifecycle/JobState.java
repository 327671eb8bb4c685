package dev.trainyard.core.lifecycle;

/** {@code QUEUED → RUNNING → SUCCEEDED | FAILED | CANCELLED}, with {@code HELD} beside QUEUED. */
public enum JobState {
    QUEUED,
    HELD,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** Whether nothing will ever change this job's state again. */
    public boolean isFinal() {
        return switch (this) {
            case QUEUED, HELD, RUNNING -> false;
            case SUCCEEDED, FAILED, CANCELLED -> true;
        };
    }
}
