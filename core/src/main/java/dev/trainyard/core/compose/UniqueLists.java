package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.SourceRange;
import dev.trainyard.core.training.Ports;
import dev.trainyard.core.training.Volumes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes duplicates from lists as Compose does (compose-go, {@code EnforceUnicity}): the last entry stays, at the position of the first.
 * {@link Ports} compares ports after it has expanded their ranges.
 */
final class UniqueLists {

    /** Entries are {@code NAME} or {@code NAME=VALUE}. */
    private static final Set<String> BY_NAME = Set.of(
            "annotations",
            "build.additional_contexts",
            "build.args",
            "build.labels",
            "build.tags",
            "cap_add",
            "cap_drop",
            "deploy.labels",
            "dns",
            "dns_opt",
            "dns_search",
            "environment",
            "expose",
            "labels",
            "links",
            "profiles",
            "sysctls");

    private static final Set<String> BY_TARGET = Set.of("devices", "volumes");

    private final ConfigValue service;

    private UniqueLists(ConfigValue service) {
        this.service = service;
    }

    /** The identity of a list entry. Empty if every entry counts. */
    static Optional<String> identity(ConfigNode item, String path) {
        if (BY_TARGET.contains(path)) {
            return Volumes.targetOf(item);
        }
        return switch (path) {
            case "env_file" -> item instanceof Mapping file ? file.get("path").flatMap(UniqueLists::text) : text(item);
            // Compose refuses repeated words here. Reading them once loses nothing.
            case "extra_hosts", "group_add", "security_opt" -> text(item);
            case "tmpfs" -> text(item).map(text -> text.split(":", 2)[0]);
            default -> BY_NAME.contains(path) ? text(item).map(text -> text.split("=", 2)[0]) : Optional.empty();
        };
    }

    private static Optional<String> text(ConfigNode item) {
        return item instanceof Scalar scalar ? Optional.of(scalar.text()) : Optional.empty();
    }

    /** The service without duplicates. A notice names each removed entry. */
    static ConfigValue of(ConfigValue service) {
        ConfigNode node = new UniqueLists(service).unique(service.node(), "");
        return new ConfigValue(service.name(), service.key(), service.at(), node, service.report());
    }

    private ConfigNode unique(ConfigNode node, String path) {
        return switch (node) {
            case Scalar scalar -> scalar;
            case Sequence sequence -> unique(sequence, path);
            case Mapping(SourceRange at, Map<String, Entry> entries) -> {
                Map<String, Entry> kept = new LinkedHashMap<>();
                entries.forEach((name, entry) -> kept.put(
                        name,
                        new Entry(
                                entry.key(),
                                unique(entry.value(), path.isEmpty() ? name : path + "." + name),
                                entry.merging())));
                yield new Mapping(at, Collections.unmodifiableMap(kept));
            }
        };
    }

    private Sequence unique(Sequence list, String path) {
        List<ConfigNode> kept = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (ConfigNode item : list.items()) {
            Optional<String> identity = identity(item, path);
            Optional<Integer> place = identity.map(places::get);
            if (place.isPresent()) {
                ConfigNode earlier = kept.set(place.get(), item);
                service.report()
                        .notice(
                                earlier.at(),
                                service.key() + "." + path,
                                "the entry in line %s %s and replaces this one"
                                        .formatted(place(item, earlier), likeness(item, earlier, path)));
            } else {
                identity.ifPresent(name -> places.put(name, kept.size()));
                kept.add(item);
            }
        }
        return new Sequence(list.at(), list.flow(), List.copyOf(kept));
    }

    private static String place(ConfigNode item, ConfigNode earlier) {
        int line = item.at().line();
        return line == earlier.at().line()
                ? "%d, column %d,".formatted(line, item.at().column())
                : Integer.toString(line);
    }

    private static String likeness(ConfigNode item, ConfigNode earlier, String path) {
        if (text(item).isPresent() && text(item).equals(text(earlier))) {
            return "is the same";
        }
        return BY_TARGET.contains(path) || path.equals("tmpfs")
                ? "has the same target"
                : path.equals("env_file") ? "has the same path" : "has the same name";
    }
}
