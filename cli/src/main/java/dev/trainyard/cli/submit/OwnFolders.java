package dev.trainyard.cli.submit;

import dev.trainyard.cli.server.LocalServer;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.training.ProjectFolder;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpec.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The person's files and folders that a job mounts in place. */
final class OwnFolders {

    private OwnFolders() {}

    /**
     * @param folder where relative sources of mounts begin
     * @param dryRun whether the server is not to be asked
     */
    static ProjectFolder at(Path folder, Session session, boolean dryRun) {
        LocalServer local = session.localServer();
        Path named = named(folder.toAbsolutePath().normalize(), session);
        return new ProjectFolder(
                named.toString(),
                real(named),
                source -> Files.exists(Path.of(source)),
                dryRun ? local::likelyObstacle : local::obstacle);
    }

    /** As the shell names the working directory, so that {@code ..} leaves a link as it does for Docker. */
    private static Path named(Path folder, Session session) {
        Path here = Path.of("").toAbsolutePath().normalize();
        String shells = session.environment().getOrDefault("PWD", "");
        try {
            return shells.startsWith("/") && folder.startsWith(here) && Files.isSameFile(Path.of(shells), here)
                    ? Path.of(shells).resolve(here.relativize(folder)).normalize()
                    : folder;
        } catch (IOException | InvalidPathException e) {
            return folder;
        }
    }

    private static String real(Path folder) {
        try {
            return folder.toRealPath().toString();
        } catch (IOException e) {
            return folder.toString();
        }
    }

    /** The same run with the sources of its mounts as they are without links. Creates missing folders, as Compose and Docker do. */
    static RunSpec provided(RunSpec run) {
        Storage storage = run.storage();
        Outputs outputs = storage.outputs();
        return storage.inPlace().isEmpty()
                ? run
                : run.withStorage(storage.with(
                        storage.mounts().stream()
                                .map(mount -> mount.inPlace() ? mount.from(provided(mount.source())) : mount)
                                .toList(),
                        outputs.inPlace() && outputs.location() != null
                                ? new Outputs(outputs.target(), provided(outputs.location()), true)
                                : outputs,
                        storage.anonymousVolumes()));
    }

    private static String provided(String source) {
        Path path = Path.of(source);
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path);
            }
            return path.toRealPath().toString();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s cannot be mounted: %s. Create it, or change the volume. For outputs elsewhere, add --outputs managed."
                            .formatted(source, Failure.reason(e)),
                    e);
        }
    }
}
