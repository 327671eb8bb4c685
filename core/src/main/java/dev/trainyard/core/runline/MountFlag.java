package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.SourceRange;
import dev.trainyard.core.text.CommaWords;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.text.SwitchText;
import dev.trainyard.core.training.Volumes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code --mount} as Docker does (docker/cli, {@code opts/mount.go}) and converts it to the equivalent long form of a compose file's
 * volume, which {@link Volumes} checks.
 */
final class MountFlag {

    private static final String FORM = "Write --mount type=bind,source=/path,target=/path[,readonly]";

    /** Docker's spellings of Compose's keys. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("type", "type"),
            Map.entry("source", "source"),
            Map.entry("src", "source"),
            Map.entry("target", "target"),
            Map.entry("dst", "target"),
            Map.entry("destination", "target"),
            Map.entry("readonly", "read_only"),
            Map.entry("ro", "read_only"),
            Map.entry("consistency", "consistency"),
            Map.entry("bind-propagation", "propagation"),
            Map.entry("volume-nocopy", "nocopy"),
            Map.entry("tmpfs-size", "size"),
            Map.entry("tmpfs-mode", "mode"));

    private static final List<String> OTHERS = List.of(
            "bind-nonrecursive",
            "bind-recursive",
            "bind-create-src",
            "volume-subpath",
            "volume-label",
            "volume-driver",
            "volume-opt",
            "image-subpath");

    /** Docker's defaults. */
    private static final List<String> SILENT = List.of(
            "bind-nonrecursive=false", "bind-recursive=enabled", "bind-create-src=false", "volume-driver=local");

    private static final List<String> BARE = List.of("readonly", "ro", "bind-nonrecursive", "volume-nocopy");

    private final ConfigValue flag;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Entry> tmpfs = new LinkedHashMap<>();
    private final Map<String, Entry> bind = new LinkedHashMap<>();
    private final Map<String, Entry> volume = new LinkedHashMap<>();

    private MountFlag(ConfigValue flag) {
        this.flag = flag;
    }

    /** Empty after a problem, which is reported. */
    static Optional<ConfigNode> read(ConfigValue flag) {
        return flag.text().flatMap(text -> new MountFlag(flag).read(text));
    }

    private Optional<ConfigNode> read(String text) {
        try {
            CommaWords.split(text).forEach(this::word);
        } catch (IllegalArgumentException e) {
            flag.problem(String.valueOf(e.getMessage()), FORM);
            return Optional.empty();
        }
        // Docker's default.
        entries.putIfAbsent("type", entry("type", "volume"));
        nest("tmpfs", tmpfs);
        nest("bind", bind);
        nest("volume", volume);
        return isWhole() ? Optional.of(new Mapping(flag.at(), entries)) : Optional.empty();
    }

    private void nest(String name, Map<String, Entry> options) {
        if (!options.isEmpty()) {
            entries.put(name, new Entry(scalar(name), new Mapping(flag.at(), options)));
        }
    }

    private void word(String word) {
        int equals = word.indexOf('=');
        String key = (equals < 0 ? word : word.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
        String name = KEYS.get(key);
        if (equals > 0 && SILENT.contains(key + word.substring(equals))) {
            return;
        }
        if (OTHERS.contains(key)) {
            flag.problem("%s cannot be passed on to the worker in this release".formatted(key), "Leave it out");
        } else if (name == null) {
            flag.problem(
                    "unknown key %s".formatted(Excerpt.quote(key)),
                    NearestName.among(KEYS.keySet(), key)
                            .map("Did you mean '%s'?"::formatted)
                            .orElse(FORM));
        } else if (equals < 0 && !BARE.contains(key)) {
            flag.problem("%s has no value".formatted(key), FORM);
        } else {
            String value = equals < 0 ? "true" : word.substring(equals + 1);
            put(
                    name,
                    switch (name) {
                        case "read_only", "nocopy" -> truth(key, value);
                        case "type" -> value.toLowerCase(Locale.ROOT);
                        default -> value;
                    });
        }
    }

    private void put(String name, String value) {
        Map<String, Entry> place = switch (name) {
            case "size", "mode" -> tmpfs;
            case "propagation" -> bind;
            case "nocopy" -> volume;
            default -> entries;
        };
        place.put(name, entry(name, value));
    }

    private String truth(String key, String value) {
        return SwitchText.parse(value).map(String::valueOf).orElseGet(() -> {
            flag.problem("%s=%s is neither true nor false".formatted(key, Excerpt.plain(value, 60)), "Write " + key);
            return "false";
        });
    }

    private boolean isWhole() {
        String type = text("type");
        if (text("target").isEmpty()) {
            flag.problem("has no target", FORM);
            return false;
        }
        if (!type.equals("tmpfs") && !tmpfs.isEmpty()) {
            flag.problem("has options of type tmpfs, but another type", "Write type=tmpfs, or leave them out");
        }
        if (!type.equals("bind") && !bind.isEmpty() || !type.equals("volume") && !volume.isEmpty()) {
            flag.problem(
                    "has options of another type", "bind-propagation is for type=bind, volume-nocopy for type=volume");
        }
        if (type.equals("tmpfs") && entries.containsKey("source")) {
            flag.problem("a tmpfs has no source", "Write --mount type=tmpfs,target=/path");
            return false;
        }
        return true;
    }

    private String text(String name) {
        Entry entry = entries.get(name);
        return entry != null && entry.value() instanceof Scalar(SourceRange _, String text, boolean _) ? text : "";
    }

    private Entry entry(String name, String value) {
        return new Entry(scalar(name), scalar(value));
    }

    private Scalar scalar(String text) {
        return new Scalar(flag.at(), text, false);
    }
}
