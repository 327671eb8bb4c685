package dev.trainyard.worker.device;

/** What was stated about this host's devices is wrong: the argument, or the file that it names. */
public final class WrongDevices extends DeviceProblem {
    private static final long serialVersionUID = 1L;

    WrongDevices(String message) {
        super(message);
    }

    WrongDevices(String message, Throwable cause) {
        super(message, cause);
    }
}
