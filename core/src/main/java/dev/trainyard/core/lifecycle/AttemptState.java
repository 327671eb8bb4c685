package dev.trainyard.core.lifecycle;

/** {@code RESERVED → PREPARING → RUNNING → COLLECTING → ENDED}; only a started container reaches RUNNING. */
public enum AttemptState {
    /** Devices are reserved; the worker has not begun. */
    RESERVED,
    /** The image is being provided, the container created and started. */
    PREPARING,
    /** The engine confirmed the container's start. */
    RUNNING,
    /** The container is dead and its exit recorded; log and outputs are being gathered. Devices are free again. */
    COLLECTING,
    /** Over, with exactly one {@link Cause}. */
    ENDED
}
