package dev.trainyard.worker.output;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.RunSpec;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where attempts of this host write their results: a managed folder of their own, {@code <root>/<job>/<attempt>}, or the place that the
 * request names.
 *
 * @param root of the managed folders
 * @param host name of this host, for people elsewhere
 */
public record Outputs(Path root, String host) {

    public Outputs {
        root = root.toAbsolutePath().normalize();
    }

    /** The attempt's folder; nothing is made. */
    public Path place(JobId job, int attemptNumber, RunSpec run) {
        String location = run.outputs().location();
        return location != null
                ? Path.of(location).normalize()
                : root.resolve(job.toString()).resolve(Integer.toString(attemptNumber));
    }

    /** The attempt's folder, made where it is missing. */
    public Path prepare(JobId job, int attemptNumber, RunSpec run) throws IOException {
        Path place = place(job, attemptNumber, run);
        if (!Files.isDirectory(place)) {
            Files.createDirectories(place);
            if (run.user() != null) {
                // The container's user is a number of the image's: only everybody is sure to include it. A place that
                // somebody else made, has the mode that they gave it.
                Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
        }
        return place;
    }

    /** {@code file://host/path}. */
    public URI uri(Path place) {
        try {
            return new URI("file", host, place.toString(), null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no URI for %s on %s".formatted(place, host), e);
        }
    }
}
