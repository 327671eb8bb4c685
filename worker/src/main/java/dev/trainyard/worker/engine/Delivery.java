package dev.trainyard.worker.engine;

/** The result of sending a signal. */
public enum Delivery {
    DELIVERED,
    /** The container had already exited, or never started. */
    NOT_RUNNING,
    /** There is no such container. */
    GONE,
    /** The engine does not support the signal. */
    REFUSED
}
