package dev.trainyard.worker.device;

/**
 * The devices of this host, or its size, cannot be told. Says what was asked, why it failed and what to do. It is no
 * statement about any device: one that was known before may still be in use.
 */
public class DeviceProblem extends Exception {
    private static final long serialVersionUID = 1L;

    DeviceProblem(String message) {
        super(message);
    }

    DeviceProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
