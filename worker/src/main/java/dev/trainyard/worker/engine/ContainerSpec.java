package dev.trainyard.worker.engine;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.LinuxCapability;
import dev.trainyard.core.training.RunSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The complete specification of a container to create, composed by {@link ContainerSpecs}.
 *
 * @param image id of an image on the host
 * @param run the run of the request; {@code environment}, {@code mounts}, {@code memory} and {@code pids} below replace its own
 * @param environment in order
 * @param mounts the mounts of the request, and the outputs
 * @param gpus UUIDs of the visible GPUs; if empty, there is no device request at all
 * @param stopTimeout grace period when the engine itself stops; null for its default
 * @param logBudget how much of the container's log the engine keeps
 * @param memory memory limit; null for no limit
 * @param rootFileSystem limit for writes to the root file system; null for no limit
 * @param pids limit for processes and threads; null for no limit
 */
public record ContainerSpec(
        String name,
        Map<String, String> labels,
        String image,
        RunSpec run,
        Map<String, String> environment,
        List<RunSpec.Mount> mounts,
        List<String> gpus,
        @Nullable Duration stopTimeout,
        DataSize logBudget,
        @Nullable DataSize memory,
        @Nullable Long pids,
        @Nullable DataSize rootFileSystem) {

    private static final String MKNOD = "MKNOD";

    /**
     * What the request drops, and MKNOD, which Docker gives by default. A container has MKNOD only if its request adds it, which the
     * policy has to allow.
     */
    public List<String> capDrop() {
        boolean added =
                run.isolation().capAdd().stream().map(LinuxCapability::plain).anyMatch(MKNOD::equals);
        List<String> dropped = run.isolation().capDrop();
        return added
                ? dropped
                : Stream.concat(dropped.stream(), Stream.of(MKNOD)).toList();
    }

    /** The same with separate mounts for these folders of the outputs. They replace volumes that the image declares there. */
    public ContainerSpec keeping(Path outputs, List<Path> folders) {
        List<RunSpec.Mount> more = new ArrayList<>(mounts);
        folders.forEach(folder -> more.add(new RunSpec.Mount(
                outputs.resolve(folder).toString(),
                Path.of(run.storage().outputs().target()).resolve(folder).toString(),
                false)));
        return new ContainerSpec(
                name,
                labels,
                image,
                run,
                environment,
                List.copyOf(more),
                gpus,
                stopTimeout,
                logBudget,
                memory,
                pids,
                rootFileSystem);
    }

    /** The same with other limits than in the request. */
    public ContainerSpec limited(
            @Nullable DataSize mostMemory, @Nullable Long mostPids, @Nullable DataSize mostRootFileSystem) {
        return new ContainerSpec(
                name,
                labels,
                image,
                run,
                environment,
                mounts,
                gpus,
                stopTimeout,
                logBudget,
                mostMemory,
                mostPids,
                mostRootFileSystem);
    }
}
