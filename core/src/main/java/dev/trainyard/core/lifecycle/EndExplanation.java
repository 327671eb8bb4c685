package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Explains the end of an attempt whose container started: the known facts, and hints for a person. */
public final class EndExplanation {

    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;
    private static final Set<String> KILL = Set.of("SIGKILL", "KILL", "9");

    private static final String IGNORED_SIGNAL =
            "The program did not exit within %s after %s, so it was killed. A program that is process 1 of its container"
                    + " gets a signal only if it handles it. Set init: true (--init), write the command in the exec form so that it"
                    + " runs without a shell, or handle %2$s in the program";

    private static final String NO_SPACE_LEFT =
            "The log says that no space was left, but no disk of the host that the container writes to was full. Check"
                    + " small file systems in the container, such as /dev/shm (shm_size, --shm-size) or a tmpfs";

    private static final String GPU_OUT_OF_MEMORY =
            "The log says that GPU memory ran out. Reduce the memory that the program needs, for example with a smaller batch,"
                    + " or request GPUs with more memory";

    private static final String NOBODY_KILLED_IT =
            "The engine has no record of a kill. The program exited with this code by itself, or something on the host killed one of"
                    + " its processes without the engine, for example kill -9, or the kernel when memory ran out";

    private EndExplanation() {}

    /**
     * One or more sentences, without the last full stop. Null for a successful attempt.
     *
     * @param stopSignal the container's stop signal
     * @param gracePeriod the time between the stop signal and the kill
     */
    public static @Nullable String of(
            Cause cause, ExitEvidence exit, LogClues clues, String stopSignal, Duration gracePeriod) {
        if (cause == Cause.COMPLETED) {
            return null;
        }
        List<String> sentences = new ArrayList<>();
        sentences.add(end(cause, exit, clues));
        if (exit.signalledFor() != null && isKilled(exit) && !KILL.contains(stopSignal)) {
            sentences.add(IGNORED_SIGNAL.formatted(shown(gracePeriod), stopSignal));
        }
        if (cause == Cause.PROGRAM_ERROR) {
            sentences.addAll(hints(exit, clues));
        }
        return String.join(". ", sentences);
    }

    private static String end(Cause cause, ExitEvidence exit, LogClues clues) {
        String code = exit.exitCode() == null ? "exit code unknown" : "exit code " + exit.exitCode();
        String last = clues.lastLine().map(line -> ": " + line).orElse("");
        return switch (cause) {
            case ENGINE_LOST -> code + ": the container engine or its host was restarted while the container ran";
            case DEVICE_ERROR -> code + ": " + exit.deviceError();
            case KILLED_EXTERNALLY ->
                exit.killedBy() == null
                        ? code + last
                        : code + ": " + exit.killedBy()
                                + clues.lastLine()
                                        .map(line -> ". The log ends with: " + line)
                                        .orElse("");
            case DISK_FULL -> code + last + ". " + exit.fullDisk();
            case COMPLETED,
                    PROGRAM_ERROR,
                    OUT_OF_MEMORY,
                    GPU_OUT_OF_MEMORY,
                    TIME_LIMIT,
                    CANCELLED,
                    PREEMPTED,
                    HOST_LOST,
                    IMAGE_UNAVAILABLE,
                    IMAGE_PULL_FAILED,
                    IMAGE_BUILD_FAILED,
                    SOURCE_MISSING,
                    PREPARE_TIMEOUT,
                    START_TIMEOUT,
                    START_FAILED,
                    PORT_IN_USE,
                    MOUNT_MISSING,
                    POLICY_DENIED -> code + last;
        };
    }

    private static List<String> hints(ExitEvidence exit, LogClues clues) {
        List<String> hints = new ArrayList<>();
        if (clues.noSpaceLeft()) {
            hints.add(NO_SPACE_LEFT);
        }
        if (clues.gpuOutOfMemory()) {
            hints.add(GPU_OUT_OF_MEMORY);
        }
        if (exit.exitCode() != null && (exit.exitCode() == KILLED || exit.exitCode() == TERMINATED)) {
            hints.add(NOBODY_KILLED_IT);
        }
        return hints;
    }

    /** For example 1m30s. */
    private static String shown(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    /** Whether the engine has recorded SIGKILL, which Trainyard sends after the grace period. */
    private static boolean isKilled(ExitEvidence exit) {
        return exit.exitCode() != null && exit.exitCode() == KILLED && exit.killedBy() != null;
    }
}
