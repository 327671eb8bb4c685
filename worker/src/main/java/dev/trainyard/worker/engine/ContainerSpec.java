package dev.trainyard.worker.engine;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.RunSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container, completely: what the engine is asked to create. Composed by {@link ContainerSpecs}.
 *
 * @param image id of an image that the host has
 * @param run the request's own words; {@code environment}, {@code mounts}, {@code memory} and {@code pids} below stand in for its
 * @param environment in order
 * @param mounts the request's, and the outputs
 * @param gpus UUIDs that the container sees; empty: no device request at all
 * @param stopTimeout what the engine grants the container when the engine itself stops; null: its default
 * @param logBudget what the engine keeps of the container's log
 * @param memory the most that it may use; null: no limit
 * @param rootFileSystem how much it may write in its own file system; null: no limit
 * @param pids how many processes and threads it may have; null: no limit
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

    /** The same with folders of the outputs mounted by themselves, in place of volumes that the image declares there. */
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

    /** The same with other limits than the request's own. */
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
