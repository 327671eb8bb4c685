package dev.trainyard.standalone;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Where this host keeps what, by its environment. */
final class StateHome {

    private StateHome() {}

    /** {@code TRAINYARD_HOME}, else by the XDG base directory specification. */
    static Path directory(Map<String, String> environment) {
        String stated = environment.get("TRAINYARD_HOME");
        if (stated != null && !stated.isEmpty()) {
            return Path.of(stated).toAbsolutePath().normalize();
        }
        String xdg = environment.get("XDG_DATA_HOME");
        Path data = xdg != null && xdg.startsWith("/")
                ? Path.of(xdg)
                : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "share");
        return data.resolve("trainyard").toAbsolutePath().normalize();
    }

    static boolean isOnPath(String program, Map<String, String> environment) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
