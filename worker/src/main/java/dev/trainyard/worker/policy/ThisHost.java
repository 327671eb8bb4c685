package dev.trainyard.worker.policy;

import dev.trainyard.core.request.JobId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The current state of this host's file systems. */
public final class ThisHost implements HostFiles {

    /** Levels below the root of managed outputs: the job and the attempt's number. */
    private static final int DEPTH_OF_ATTEMPT = 2;

    private final Path outputs;
    private final List<Path> own;
    private final BiPredicate<JobId, Integer> runs;
    private final MountTable mounts;

    private ThisHost(Path outputs, List<Path> own, BiPredicate<JobId, Integer> runs, MountTable mounts) {
        this.outputs = outputs;
        this.own = own;
        this.runs = runs;
        this.mounts = mounts;
    }

    /**
     * Reads the current mounts.
     *
     * @param outputs root of this worker's managed outputs
     * @param own other folders of this host with files of Trainyard or the engine, including those of other workers
     * @param runs whether an attempt, by job and number, may still write its outputs
     */
    public static ThisHost now(Path outputs, Collection<Path> own, BiPredicate<JobId, Integer> runs) {
        try {
            Path root = HostPath.real(outputs).orElse(outputs);
            return new ThisHost(
                    root,
                    own.stream()
                            .map(folder -> HostPath.real(folder).orElse(folder))
                            .filter(folder -> !folder.equals(root))
                            .distinct()
                            .toList(),
                    runs,
                    MountTable.read());
        } catch (IOException e) {
            throw new UncheckedIOException("the mounts of this host cannot be read", e);
        }
    }

    @Override
    public Optional<Path> real(Path path) {
        return HostPath.real(path);
    }

    @Override
    public boolean isManaged(Path real) {
        return real.startsWith(outputs) && real.getNameCount() >= outputs.getNameCount() + DEPTH_OF_ATTEMPT;
    }

    @Override
    public Optional<String> objection(Path real, boolean readOnly) {
        boolean managed = isManaged(real);
        if (managed && !readOnly) {
            return Optional.of(
                    "holds the outputs of an attempt, which only that attempt writes: mount it read-only (ro)");
        }
        if (managed && mayBeWritten(outputs.relativize(real))) {
            return Optional.of("holds the outputs of an attempt that still runs: mount it when that has ended");
        }
        Optional<String> ofOutputs = Optional.of(
                "holds managed outputs: mount the folder of one attempt that has ended, read-only (trainyard outputs JOB prints it)");
        if (!managed && real.startsWith(outputs)) {
            return ofOutputs;
        }
        for (Path folder : own) {
            if ((!managed || !outputs.startsWith(folder)) && mounts.shows(real, folder)) {
                return Optional.of("has Trainyard's or the container engine's own files in it");
            }
        }
        if (!managed && mounts.shows(real, outputs)) {
            return ofOutputs;
        }
        return Optional.empty();
    }

    private boolean mayBeWritten(Path inOutputs) {
        try {
            return runs.test(
                    JobId.parse(inOutputs.getName(0).toString()),
                    Integer.valueOf(inOutputs.getName(1).toString()));
        } catch (IllegalArgumentException e) {
            // Not the folder of an attempt.
            return false;
        }
    }

    @Override
    public Optional<Path> openToOthers(Path real, Path allowed) {
        if (Files.notExists(allowed) && !real.equals(allowed)) {
            return Optional.empty();
        }
        return mounts.armedPaths(real).stream()
                .filter(path -> !isClosed((path.startsWith(real) ? real : path).getParent()))
                .findFirst();
    }

    @Override
    public Optional<Path> openToOthers(Path real) {
        // It will be created for the worker's user only.
        if (Files.notExists(real)) {
            return Optional.empty();
        }
        return mounts.armedPaths(real).stream().filter(path -> !isClosed(path)).findFirst();
    }

    /** Whether only root or this process's user can enter a folder on the path. */
    private static boolean isClosed(@Nullable Path path) {
        for (Path folder = path; folder != null; folder = folder.getParent()) {
            try {
                PosixFileAttributes attributes =
                        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                // With an access control list, the group bits are the maximum of all its entries.
                Set<PosixFilePermission> mode = attributes.permissions();
                if (attributes.isDirectory()
                        && !mode.contains(PosixFilePermission.GROUP_EXECUTE)
                        && !mode.contains(PosixFilePermission.OTHERS_EXECUTE)
                        && isOurs(folder)) {
                    return true;
                }
            } catch (IOException e) {
                // Missing or not accessible: a folder above it may be closed.
            }
        }
        return false;
    }

    private static boolean isOurs(Path folder) throws IOException {
        Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        return owner.equals(0) || owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }
}
