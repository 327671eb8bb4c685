package dev.trainyard.core.runline;

import dev.trainyard.core.runline.RunWords.Given;
import dev.trainyard.core.training.ProjectFolder;
import dev.trainyard.core.training.RunSpecBuilder;
import dev.trainyard.core.training.Volumes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code --volume}, {@code --mount} and {@code --tmpfs}. {@link Volumes} checks volumes, as for compose files. */
final class VolumeFlags {

    private VolumeFlags() {}

    /**
     * @param home the submitter's HOME, if known
     * @param project the working directory; null: it is not known
     */
    static void read(RunFlags flags, @Nullable String home, @Nullable ProjectFolder project, RunSpecBuilder run) {
        // Docker makes a named volume on its way: none needs a declaration.
        Volumes volumes = new Volumes(null, home, project);
        Set<String> given = new HashSet<>();
        for (Given each : flags.given()) {
            switch (each.flag().name()) {
                case "volume" -> {
                    // Docker takes the same words once; other words for the same target it refuses.
                    if (given.add(each.value().text().orElse(""))) {
                        volumes.read(each.value());
                    }
                }
                case "mount" -> MountFlag.read(each.value(), volumes);
                default -> {}
            }
        }
        List<String> tmpfs = flags.texts("tmpfs", "/[^:]+(:.*)?", "/path or /path:options");
        flags.all("tmpfs").forEach(field -> field.text().ifPresent(words -> volumes.checkTmpfs(field, words)));
        run.mounts(volumes.mounts())
                .outputs(volumes.outputs())
                .anonymousVolumes(volumes.anonymous())
                .tmpfs(Stream.concat(tmpfs.stream(), volumes.tmpfs().stream()).toList());
    }
}
