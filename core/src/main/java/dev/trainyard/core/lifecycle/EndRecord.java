package dev.trainyard.core.lifecycle;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The engine's record of a container's end. An exit code of 137 or 143 alone proves nothing, because a program can exit with it by itself.
 *
 * @param whole whether the record still includes the end. It does not if the engine restarted or has recorded many other events since
 * @param signals the numbers of the signals that were sent to the container through the engine
 * @param stopped whether the container ended during a stop through the engine
 */
public record EndRecord(boolean whole, List<Integer> signals, boolean stopped) {

    private static final int SIGNALLED = 128;
    private static final int KILL = 9;
    private static final int TERMINATE = 15;
    private static final Map<Integer, String> NAMES = Map.of(
            1, "SIGHUP", 2, "SIGINT", 3, "SIGQUIT", 6, "SIGABRT", KILL, "SIGKILL", 10, "SIGUSR1", 12, "SIGUSR2",
            TERMINATE, "SIGTERM");

    public EndRecord {
        signals = List.copyOf(signals);
    }

    /** What ended the container from outside, in words. Null if the engine knows nothing. */
    public @Nullable String killedBy(int exitCode) {
        int signal = exitCode - SIGNALLED;
        if (signals.contains(signal)) {
            return "ended by %s, which was sent through the engine (docker kill, docker stop)".formatted(name(signal));
        }
        if (stopped) {
            return "ended while it was stopped through the engine (docker stop)";
        }
        // A worker that watches the container always has the record. Without it, the killer is unknown, so the attempt
        // must not spend one of the user's retries.
        if (!whole && (signal == KILL || signal == TERMINATE)) {
            return "ended by %s according to its exit code. The engine no longer has a record of it"
                    .formatted(name(signal));
        }
        return null;
    }

    private static String name(int signal) {
        return NAMES.getOrDefault(signal, "signal " + signal);
    }
}
