package dev.trainyard.worker;

import org.jspecify.annotations.Nullable;

/** The worker cannot start. The message is for people. */
public final class WorkerProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    WorkerProblem(String message, int exitCode, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** Exit code of the process: one of {@link dev.trainyard.launch.ServiceExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
