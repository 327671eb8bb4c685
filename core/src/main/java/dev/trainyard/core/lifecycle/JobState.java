package dev.trainyard.core.lifecycle;

/** {@code QUEUED → RUNNING → SUCCEEDED | FAILED | CANCELLED}. A QUEUED job can also be {@code HELD}. */
public enum JobState {
    QUEUED,
    HELD,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** Whether the state is final. */
    public boolean isFinal() {
        return switch (this) {
            case QUEUED, HELD, RUNNING -> false;
            case SUCCEEDED, FAILED, CANCELLED -> true;
        };
    }
}
