package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.CommaWords;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.text.SwitchText;
import dev.trainyard.core.training.Volumes;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code --mount} as Docker does (docker/cli, {@code opts/mount.go}). {@link Volumes} checks the volume. */
final class MountFlag {

    private static final String FORM = "Write --mount type=bind,source=/path,target=/path[,readonly]";

    /** Docker's spellings of a key, and the one that its documents use. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("type", "type"),
            Map.entry("source", "source"),
            Map.entry("src", "source"),
            Map.entry("target", "target"),
            Map.entry("dst", "target"),
            Map.entry("destination", "target"),
            Map.entry("readonly", "readonly"),
            Map.entry("ro", "readonly"),
            Map.entry("consistency", "consistency"),
            Map.entry("bind-propagation", "bind-propagation"),
            Map.entry("volume-nocopy", "volume-nocopy"),
            Map.entry("tmpfs-size", "tmpfs-size"),
            Map.entry("tmpfs-mode", "tmpfs-mode"));

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
    private final Map<String, String> said = new HashMap<>();

    private MountFlag(ConfigValue flag) {
        this.flag = flag;
    }

    static void read(ConfigValue flag, Volumes volumes) {
        flag.text().ifPresent(text -> new MountFlag(flag).read(text, volumes));
    }

    private void read(String text, Volumes volumes) {
        try {
            CommaWords.split(text).forEach(this::word);
        } catch (IllegalArgumentException e) {
            flag.problem(String.valueOf(e.getMessage()), FORM);
            return;
        }
        // Docker's default.
        String type = said.getOrDefault("type", "volume").toLowerCase(Locale.ROOT);
        String target = said.getOrDefault("target", "");
        if (target.isEmpty()) {
            flag.problem("has no target", FORM);
            return;
        }
        if (!isOfOneType(type)) {
            return;
        }
        volumes.add(
                flag,
                new Volumes.Entry(
                        type,
                        said.getOrDefault("source", ""),
                        target,
                        isOn("readonly"),
                        value("bind-propagation").filter(_ -> type.equals("bind")),
                        type.equals("volume") && isOn("volume-nocopy"),
                        value("tmpfs-size"),
                        value("tmpfs-mode"),
                        said.get("consistency"),
                        // As Docker: only -v makes a missing folder.
                        false));
    }

    private void word(String word) {
        int equals = word.indexOf('=');
        String key = (equals < 0 ? word : word.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
        @Nullable String name = KEYS.get(key);
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
            boolean isSwitch = name.equals("readonly") || name.equals("volume-nocopy");
            said.put(name, isSwitch ? truth(key, value) : value);
        }
    }

    private String truth(String key, String value) {
        return SwitchText.parse(value).map(String::valueOf).orElseGet(() -> {
            flag.problem("%s=%s is neither true nor false".formatted(key, Excerpt.plain(value, 60)), "Write " + key);
            return "false";
        });
    }

    private boolean isOfOneType(String type) {
        if (!type.equals("tmpfs") && isAnySaid("tmpfs-size", "tmpfs-mode")) {
            flag.problem("has options of type tmpfs, but another type", "Write type=tmpfs, or leave them out");
        }
        if (!type.equals("bind") && isAnySaid("bind-propagation")
                || !type.equals("volume") && isAnySaid("volume-nocopy")) {
            flag.problem(
                    "has options of another type", "bind-propagation is for type=bind, volume-nocopy for type=volume");
        }
        if (type.equals("tmpfs") && isAnySaid("source")) {
            flag.problem("a tmpfs has no source", "Write --mount type=tmpfs,target=/path");
            return false;
        }
        return true;
    }

    private boolean isAnySaid(String... names) {
        return Set.of(names).stream().anyMatch(said::containsKey);
    }

    private boolean isOn(String name) {
        return "true".equals(said.get(name));
    }

    private Optional<ConfigValue> value(String name) {
        return Optional.ofNullable(said.get(name)).map(flag::withText);
    }
}
