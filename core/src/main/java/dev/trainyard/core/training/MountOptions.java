package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of a volume, after its second colon.
 *
 * @param propagation of mounts below a path of the host; null if not set
 * @param noCopy whether the files that the image has at the target are not copied into a new named volume
 */
record MountOptions(boolean readOnly, @Nullable String propagation, boolean noCopy) {

    static final String PROPAGATION = "r?(private|shared|slave)";

    private static final String MODE = "mode";
    private static final String LABEL = "label";
    private static final String SPREAD = "propagation";
    private static final String COPY = "copy";
    private static final String CONSISTENCY = "consistency";

    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("ro", MODE),
            Map.entry("readonly", MODE),
            Map.entry("rw", MODE),
            Map.entry("z", LABEL),
            Map.entry("Z", LABEL),
            Map.entry("private", SPREAD),
            Map.entry("rprivate", SPREAD),
            Map.entry("shared", SPREAD),
            Map.entry("rshared", SPREAD),
            Map.entry("slave", SPREAD),
            Map.entry("rslave", SPREAD),
            Map.entry("nocopy", COPY),
            Map.entry("cached", CONSISTENCY),
            Map.entry("delegated", CONSISTENCY),
            Map.entry("consistent", CONSISTENCY));

    static final MountOptions NONE = new MountOptions(false, null, false);

    /** Reads options such as {@code ro,z}. Docker accepts one of each kind. */
    static MountOptions read(ConfigValue volume, String text) {
        Map<String, String> said = new HashMap<>();
        for (String option : List.of(text.split(",", -1))) {
            @Nullable String kind = KINDS.get(option);
            if (kind == null) {
                volume.problem(
                        "%s is not an option of a volume".formatted(Excerpt.quote(option)),
                        "Write ro or rw, a propagation such as rslave, nocopy, z or Z");
            } else {
                @Nullable String earlier = said.putIfAbsent(kind, option);
                if (earlier != null) {
                    volume.problem("has the options %s and %s".formatted(earlier, option), "Keep one of the two");
                }
            }
        }
        if (said.containsKey(LABEL)) {
            relabels(volume, said.get(LABEL));
        }
        if (said.containsKey(CONSISTENCY)) {
            meansNothing(volume, said.get(CONSISTENCY));
        }
        return new MountOptions(
                said.containsKey(MODE) && !"rw".equals(said.get(MODE)), said.get(SPREAD), said.containsKey(COPY));
    }

    static void meansNothing(ConfigValue volume, @Nullable String consistency) {
        volume.notice("%s has no effect on Linux".formatted(consistency));
    }

    static void relabels(ConfigValue volume, @Nullable String option) {
        volume.notice("%s is not passed on: the worker does not change the SELinux labels of its host's folders"
                .formatted(option));
    }
}
