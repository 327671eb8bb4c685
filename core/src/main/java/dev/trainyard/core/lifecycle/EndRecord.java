package dev.trainyard.core.lifecycle;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the engine has recorded of a container's end. An exit code of 137 or 143 alone says nothing: a program may end with it by itself.
 *
 * @param whole false: the end itself is not in the record any more. The engine was restarted since, or has recorded much else
 * @param signals that somebody had the engine send to the container, by number
 * @param stopped whether it ended while somebody had the engine stop it
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

    /** What ended it from outside, in words; null: nothing, as far as the engine knows. */
    public @Nullable String killedBy(int exitCode) {
        int signal = exitCode - SIGNALLED;
        if (signals.contains(signal)) {
            return "ended by %s, which was sent through the engine (docker kill, docker stop)".formatted(name(signal));
        }
        if (stopped) {
            return "ended while it was stopped through the engine (docker stop)";
        }
        // Whoever watches has the record at once. Without it, who killed it is not known: then no retry of the user's
        // is spent.
        if (!whole && (signal == KILL || signal == TERMINATE)) {
            return "ended by %s, as its exit code says: the engine does not have its record of that any more"
                    .formatted(name(signal));
        }
        return null;
    }

    private static String name(int signal) {
        return NAMES.getOrDefault(signal, "signal " + signal);
    }
}
