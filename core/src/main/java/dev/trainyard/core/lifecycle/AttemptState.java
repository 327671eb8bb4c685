package dev.trainyard.core.lifecycle;

/** {@code RESERVED → PREPARING → RUNNING → COLLECTING → ENDED}. An attempt is RUNNING only after its container has started. */
public enum AttemptState {
    /** Devices are reserved. The worker has not taken up the attempt. */
    RESERVED,
    /** The worker pulls or builds the image, and creates and starts the container. */
    PREPARING,
    /** The engine has confirmed the start of the container. */
    RUNNING,
    /** The container has exited, and its exit is recorded. The worker collects the log and the outputs. The devices are free again. */
    COLLECTING,
    /** The attempt has ended with exactly one {@link Cause}. */
    ENDED
}
