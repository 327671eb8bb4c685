package dev.trainyard.standalone;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** The state directory of this host, and programs on the PATH, according to the environment. */
final class StateHome {

    private StateHome() {}

    private static final Path ROOTS = Path.of("/var/lib/trainyard");

    /**
     * {@code TRAINYARD_HOME}, or else the directory of the XDG base directory specification. If {@code XDG_DATA_HOME} is not set, root gets
     * {@code /var/lib/trainyard}: Postgres must run as another user, who cannot enter root's home. State that an earlier release left in
     * root's home is still used.
     */
    static Path directory(Map<String, String> environment, boolean root) {
        String stated = environment.get("TRAINYARD_HOME");
        if (stated != null && !stated.isEmpty()) {
            return Path.of(stated).toAbsolutePath().normalize();
        }
        String xdg = environment.get("XDG_DATA_HOME");
        if (xdg != null && xdg.startsWith("/")) {
            return Path.of(xdg, "trainyard").normalize();
        }
        Path inHome = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")))
                .resolve(".local/share/trainyard")
                .toAbsolutePath()
                .normalize();
        return root && Files.notExists(inHome) ? ROOTS : inHome;
    }

    static boolean isRoot() {
        return new UnixSystem().getUid() == 0;
    }

    static boolean isOnPath(String program, Map<String, String> environment) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
