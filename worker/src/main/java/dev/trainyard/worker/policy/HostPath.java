package dev.trainyard.worker.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Paths as this host's file system resolves them. */
public final class HostPath {

    private HostPath() {}

    /**
     * The path with its symbolic links resolved, as far as it exists; what is missing at its end stays as written. Empty if a part cannot be
     * looked at, such as a link that leads nowhere: then nothing is known of where it leads.
     */
    public static Optional<Path> real(Path path) {
        Path plain = path.normalize();
        Path existing = plain;
        while (existing != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
        }
        if (existing == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(existing.toRealPath().resolve(existing.relativize(plain)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
