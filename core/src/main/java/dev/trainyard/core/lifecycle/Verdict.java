package dev.trainyard.core.lifecycle;

/** Evidence to exactly one cause: the first line that applies decides. Words in a log decide nothing by themselves. */
public final class Verdict {

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
        boolean ended0 = exit.exitCode() != null && exit.exitCode() == 0;
        if (ended0 && exit.killedBy() == null) {
            return Cause.COMPLETED;
        }
        if (exit.deviceError() != null) {
            return Cause.DEVICE_ERROR;
        }
        if (exit.exitCode() == null || exit.killedBy() != null) {
            return Cause.KILLED_EXTERNALLY;
        }
        if (exit.oomKilled()) {
            return Cause.OUT_OF_MEMORY;
        }
        if (exit.fullDisk() != null && exit.noSpaceLeft()) {
            return Cause.DISK_FULL;
        }
        return Cause.PROGRAM_ERROR;
    }
}
