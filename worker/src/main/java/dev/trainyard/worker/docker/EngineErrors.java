package dev.trainyard.worker.docker;

import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.QuotedWords;
import dev.trainyard.worker.engine.StartRefused;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Interprets error messages of the engine if the status alone is not enough. Messages of moby 20.10 to 28. */
final class EngineErrors {

    private static final Pattern MISSING_SOURCE =
            Pattern.compile("^invalid mount config for type *: bind source path does not exist: ");
    private static final List<String> NO_USER =
            List.of("no matching entries in passwd file", "no matching entries in group file");
    /** The working directory is the only path of a request that the engine looks up in the image's files. */
    private static final Pattern WORKING_DIRECTORY =
            Pattern.compile("^(?:lstat|mkdir) .*: not a directory$|^the working directory .* is invalid");

    private static final List<String> REMOVED = List.of("no such container", "container is marked for removal");
    private static final String BEING_REMOVED = "is already in progress";
    private static final List<String> PORT = List.of("port is already allocated", "address already in use");
    private static final String PORTS = "ports are not available";
    private static final List<String> DEVICES =
            List.of("could not select device driver", "nvidia-container-cli: ", "unresolvable cdi devices");
    private static final List<String> PROGRAM = List.of("exec: ", "exec format error");
    private static final List<String> NOT_EXECUTABLE =
            List.of("permission denied", "is a directory", "exec format error");
    private static final List<String> NO_SPACE = List.of("no space left on device", "no space left on device: unknown");

    /** The kernel also reports "no space left" for these, which are not about a disk. */
    private static final List<String> NO_DISK = List.of("cgroup", "inotify");

    private EngineErrors() {}

    /** Adds its meaning to a refusal to create or start a container. */
    static StartRefused startRefused(EngineRefused refused) {
        return new StartRefused(refused, startRefusal(refused.reason()));
    }

    static StartRefusal startRefusal(String reason) {
        // Text that a user chose, such as a program named "port is already allocated", is quoted or not at the end.
        String words = QuotedWords.removed(reason).toLowerCase(Locale.ROOT).strip();
        if (NO_USER.stream().anyMatch(words::endsWith)) {
            return StartRefusal.NO_SUCH_USER;
        }
        if (WORKING_DIRECTORY.matcher(words).find()) {
            return StartRefusal.WORKING_DIRECTORY;
        }
        if (MISSING_SOURCE.matcher(words).find()) {
            return StartRefusal.MOUNT_MISSING;
        }
        if (REMOVED.stream().anyMatch(words::startsWith)
                || (words.startsWith("removal of container ") && words.endsWith(BEING_REMOVED))) {
            return StartRefusal.CONTAINER_REMOVED;
        }
        if (words.startsWith("no such image")) {
            return StartRefusal.IMAGE_GONE;
        }
        if (NO_SPACE.stream().anyMatch(words::endsWith) && NO_DISK.stream().noneMatch(words::contains)) {
            return StartRefusal.DISK_FULL;
        }
        if (PORT.stream().anyMatch(words::endsWith) || words.startsWith(PORTS)) {
            return StartRefusal.PORT_TAKEN;
        }
        if (DEVICES.stream().anyMatch(words::contains)) {
            return StartRefusal.DEVICES_REFUSED;
        }
        if (words.endsWith("no command specified")) {
            return StartRefusal.NO_COMMAND;
        }
        if (PROGRAM.stream().anyMatch(words::contains)) {
            return NOT_EXECUTABLE.stream().anyMatch(words::contains)
                    ? StartRefusal.NOT_EXECUTABLE
                    : StartRefusal.NO_SUCH_PROGRAM;
        }
        return StartRefusal.OTHER;
    }
}
