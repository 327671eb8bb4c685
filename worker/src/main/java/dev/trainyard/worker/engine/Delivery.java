package dev.trainyard.worker.engine;

/** What became of a signal. */
public enum Delivery {
    DELIVERED,
    /** The container had already exited, or never started. */
    NOT_RUNNING,
    /** There is no such container. */
    GONE,
    /** The engine does not know the signal, or cannot send it. */
    REFUSED
}
