package dev.trainyard.worker.engine;

/** Where a container stands. */
public enum State {
    /** Created, and not started (yet); a refused start leaves it here. */
    CREATED,
    /** Running, paused or being restarted: it may still do something. */
    RUNNING,
    /** Ended; nothing of it runs. */
    EXITED
}
