package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.runline.RunWords.Given;
import dev.trainyard.core.training.RunSpecBuilder;
import dev.trainyard.core.training.Volumes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code --volume}, {@code --mount} and {@code --tmpfs}. {@link Volumes} checks volumes, as for compose files. */
final class VolumeFlags {

    private VolumeFlags() {}

    /** @param home the submitter's HOME, if known */
    static void read(RunFlags flags, @Nullable String home, RunSpecBuilder run) {
        List<ConfigNode> nodes = new ArrayList<>();
        Set<String> given = new HashSet<>();
        for (Given each : flags.given()) {
            if (each.flag().name().equals("volume")) {
                // Docker accepts repeated words once, but refuses different words for the same target.
                if (given.add(each.value().text().orElse(""))) {
                    nodes.add(each.value().node());
                }
            } else if (each.flag().name().equals("mount")) {
                MountFlag.read(each.value()).ifPresent(nodes::add);
            }
        }
        ConfigValue list = flags.list(nodes);
        Volumes volumes = new Volumes(declared(list), home);
        volumes.read(list);
        List<String> tmpfs = flags.texts("tmpfs", "/[^:]+(:.*)?", "/path or /path:options");
        flags.all("tmpfs").forEach(field -> field.text().ifPresent(words -> volumes.checkTmpfs(field, words)));
        run.mounts(volumes.mounts())
                .outputs(volumes.outputs())
                .anonymousVolumes(volumes.anonymous())
                .tmpfs(Stream.concat(tmpfs.stream(), volumes.tmpfs().stream()).toList());
    }

    /** {@code docker run} creates a named volume, so it does not need a declaration. */
    private static Map<String, ConfigValue> declared(ConfigValue volumes) {
        Map<String, ConfigValue> declared = new HashMap<>();
        for (ConfigValue volume : volumes.items()) {
            declared.put(
                    source(volume.node()),
                    new ConfigValue("", "", volume.at(), new Scalar(volume.at(), "", true), volume.report()));
        }
        return declared;
    }

    private static String source(ConfigNode volume) {
        return switch (volume) {
            case Scalar scalar -> scalar.text().split(":", 2)[0];
            case Mapping mapping ->
                mapping.get("source").map(VolumeFlags::source).orElse("");
            case Sequence _ -> "";
        };
    }
}
