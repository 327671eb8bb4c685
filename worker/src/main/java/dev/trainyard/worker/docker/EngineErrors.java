package dev.trainyard.worker.docker;

import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.QuotedWords;
import dev.trainyard.worker.engine.StartProblem;
import dev.trainyard.worker.engine.StartRefused;
import java.util.List;
import java.util.Locale;

/** What the engine means by its words, where a status alone does not tell. Wordings of moby 20.10 to 28. */
public final class EngineErrors {

    private static final String MISSING_SOURCE = "bind source path does not exist:";
    private static final List<String> REMOVED = List.of("no such container", "container is marked for removal");
    private static final String BEING_REMOVED = "is already in progress";
    private static final List<String> PORT = List.of("port is already allocated", "address already in use");
    private static final String PORTS = "ports are not available";
    private static final List<String> DEVICES =
            List.of("could not select device driver", "nvidia-container-cli: ", "unresolvable cdi devices");
    private static final List<String> PROGRAM = List.of("exec: ", "exec format error", "no command specified");
    private static final List<String> NO_SPACE = List.of("no space left on device", "no space left on device: unknown");

    /** The kernel says "no space left" also of these, which no disk can help. */
    private static final List<String> NO_DISK = List.of("cgroup", "inotify");

    private EngineErrors() {}

    /** A refusal to create or start a container, or what it needs, with what it means. */
    static StartRefused startRefused(EngineRefused refused) {
        return new StartRefused(refused, startProblem(refused.reason()));
    }

    static StartProblem startProblem(String reason) {
        int missing = reason.indexOf(MISSING_SOURCE);
        if (missing >= 0) {
            return new StartProblem.MountMissing(
                    reason.substring(missing + MISSING_SOURCE.length()).strip(), reason);
        }
        // What a user chose, such as a program called "port is already allocated", is quoted or does not stand at the
        // end.
        String words = QuotedWords.removed(reason).toLowerCase(Locale.ROOT).strip();
        if (REMOVED.stream().anyMatch(words::startsWith)
                || (words.startsWith("removal of container ") && words.endsWith(BEING_REMOVED))) {
            return new StartProblem.Removed(reason);
        }
        if (words.startsWith("no such image")) {
            return new StartProblem.ImageGone(reason);
        }
        if (NO_SPACE.stream().anyMatch(words::endsWith) && NO_DISK.stream().noneMatch(words::contains)) {
            return new StartProblem.DiskFull(reason);
        }
        if (PORT.stream().anyMatch(words::endsWith) || words.startsWith(PORTS)) {
            return new StartProblem.PortTaken(reason);
        }
        if (DEVICES.stream().anyMatch(words::contains)) {
            return new StartProblem.DevicesRefused(reason);
        }
        if (PROGRAM.stream().anyMatch(words::contains)) {
            return new StartProblem.NoSuchProgram(reason);
        }
        return new StartProblem.Other(reason);
    }
}
