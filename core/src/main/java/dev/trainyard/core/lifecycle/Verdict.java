package dev.trainyard.core.lifecycle;

/** Evidence to exactly one cause: the first line that applies decides. */
public final class Verdict {

    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;

    private Verdict() {}

    /** The cause of an attempt whose container started. */
    public static Cause of(ExitEvidence exit) {
        // A program that saves and exits 0 when it is stopped has not finished.
        if (exit.signalledFor() != null) {
            return exit.signalledFor().cause();
        }
        // Whatever the exit code: a stopping engine lets a program that saves when it is told to end exit 0.
        if (exit.engineLost()) {
            return Cause.ENGINE_LOST;
        }
        if (exit.exitCode() != null && exit.exitCode() == 0) {
            return Cause.COMPLETED;
        }
        if (exit.deviceFailed()) {
            return Cause.DEVICE_ERROR;
        }
        if (exit.exitCode() == null) {
            return Cause.KILLED_EXTERNALLY;
        }
        if (exit.oomKilled()) {
            return Cause.OUT_OF_MEMORY;
        }
        if (exit.noSpaceLeft()) {
            return Cause.DISK_FULL;
        }
        if (exit.exitCode() == KILLED || exit.exitCode() == TERMINATED) {
            return Cause.KILLED_EXTERNALLY;
        }
        if (exit.gpuOutOfMemory()) {
            return Cause.GPU_OUT_OF_MEMORY;
        }
        return Cause.PROGRAM_ERROR;
    }
}
