package dev.trainyard.worker;

/** The worker cannot start; the message is for people. */
public final class WorkerProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WorkerProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
