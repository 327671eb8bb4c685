package dev.trainyard.worker.device;

/**
 * The devices or the size of this host could not be determined. The message says what was tried, why it failed and what to do. This says
 * nothing about any device: known devices may still be in use.
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
