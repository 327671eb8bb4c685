package dev.trainyard.core.lifecycle;

/** Derives exactly one cause from the evidence. The first matching line decides. Text in a log alone never decides. */
public final class Verdict {

    private Verdict() {}

    /** The cause of an attempt whose container started. */
    public static Cause of(ExitEvidence exit) {
        // A stopped program that saves its state and exits with 0 has not completed.
        if (exit.signalledFor() != null) {
            return exit.signalledFor().cause();
        }
        // The exit code does not matter: when the engine stops, a program that saves its state may exit with 0.
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
