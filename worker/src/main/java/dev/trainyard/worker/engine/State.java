package dev.trainyard.worker.engine;

/** State of a container. */
public enum State {
    /** Created but not started, also after a refused start. */
    CREATED,
    /** Running, paused or being restarted: its program may still act. */
    RUNNING,
    /** Ended. No process of it runs. */
    EXITED
}
