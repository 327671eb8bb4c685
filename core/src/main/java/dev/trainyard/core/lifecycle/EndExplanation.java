package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is said of the end of an attempt whose container started: what is known of it, and hints where somebody has to look further. */
public final class EndExplanation {

    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;
    private static final Set<String> KILL = Set.of("SIGKILL", "KILL", "9");

    private static final String IGNORED_SIGNAL =
            "It did not end within %s of %s and was killed. A program that is process 1 of its container"
                    + " gets a signal only if it handles it: set init: true (--init), write its command in the exec form so that no shell"
                    + " stands before it, or let it handle %2$s";

    private static final String NO_SPACE_LEFT =
            "Its log says that no space was left, but no disk of the host that it writes to was found full: look at"
                    + " what is small in the container, such as /dev/shm (shm_size, --shm-size) or a tmpfs";

    private static final String GPU_OUT_OF_MEMORY =
            "Its log says that the memory of a GPU was exhausted: let it need less, with a smaller batch for one, or ask for GPUs with more memory";

    private static final String NOBODY_KILLED_IT =
            "The engine has no record that anybody killed it: it ended with this code by itself, or something on the host"
                    + " killed one of its processes without the engine, for example kill -9 or the kernel when memory ran out";

    private EndExplanation() {}

    /**
     * In sentences without the last full stop; null where there is nothing to explain.
     *
     * @param stopSignal what its container is stopped with
     * @param gracePeriod after which it is killed
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
                                        .map(line -> ". Its log ends with: " + line)
                                        .orElse("");
            case DISK_FULL -> code + last + ". " + exit.fullDisk();
            default -> code + last;
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

    /** Such as 1m30s. */
    private static String shown(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    /** The engine has recorded its SIGKILL: the second signal that we send. */
    private static boolean isKilled(ExitEvidence exit) {
        return exit.exitCode() != null && exit.exitCode() == KILLED && exit.killedBy() != null;
    }
}
