package dev.trainyard.worker.device;

/** The argument that describes this host's devices, or the file that it names, is wrong. */
public final class WrongDevices extends DeviceProblem {
    private static final long serialVersionUID = 1L;

    WrongDevices(String message) {
        super(message);
    }

    WrongDevices(String message, Throwable cause) {
        super(message, cause);
    }
}
