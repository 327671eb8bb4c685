package dev.trainyard.db;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The file of passwords that Postgres' own programs read. The driver reads it, too, but looks for the user's home in {@code /etc/passwd} and
 * not in {@code HOME}, which services and containers set.
 */
final class PasswordFile {

    private static final String OF_DRIVER = "org.postgresql.pgpassfile";

    private PasswordFile() {}

    /** Has the driver read the file below {@code HOME}, if there is one, and no other is named. */
    static void tellDriver() {
        if (System.getProperty(OF_DRIVER) == null) {
            below(System.getenv()).ifPresent(file -> System.setProperty(OF_DRIVER, file.toString()));
        }
    }

    static Optional<Path> below(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("HOME"))
                .filter(home -> !home.isEmpty() && !environment.containsKey("PGPASSFILE"))
                .map(home -> Path.of(home, ".pgpass"))
                .filter(Files::isReadable);
    }
}
