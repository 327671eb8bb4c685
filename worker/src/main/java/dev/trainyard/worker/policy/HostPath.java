package dev.trainyard.worker.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Resolves paths as this host's file system does. */
public final class HostPath {

    private HostPath() {}

    /**
     * Resolves the symbolic links of a path, as far as it exists. A missing end remains as written. Empty if a part cannot be resolved, such
     * as a broken link: then it is unknown where the path leads.
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
