package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.reading.UnquotedText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Merges one service over another, as Compose merges files and {@code extends} (compose-spec, 13-merge.md): mappings are merged by key, lists
 * are appended, and commands are replaced. Items with an identity, such as a variable or a mount's target, occur once.
 */
final class Merge {

    private static final Set<String> REPLACED = Set.of("command", "entrypoint", "healthcheck.test");

    /** A list of {@code NAME=VALUE}, or a mapping. */
    private static final Set<String> VARIABLES = Set.of(
            "annotations",
            "build.additional_contexts",
            "build.args",
            "build.labels",
            "deploy.labels",
            "environment",
            "labels",
            "sysctls");

    /** One value or a list. {@code extra_hosts} may also be a mapping. */
    private static final Set<String> ONE_OR_MORE =
            Set.of("dns", "dns_opt", "dns_search", "env_file", "extra_hosts", "label_file", "tmpfs");

    /** A list of names, or a mapping with options for each name. */
    private static final Set<String> NAMES = Set.of("depends_on", "networks");

    private Merge() {}

    static ConfigNode service(ConfigNode base, ConfigNode over) {
        return merged(base, over, "");
    }

    /** Entries of a top-level section, such as {@code volumes}. They follow the general rules. */
    static ConfigNode section(ConfigNode base, ConfigNode over) {
        return merged(base, over, "section");
    }

    private static ConfigNode merged(ConfigNode base, ConfigNode over, String path) {
        // Also by null, which means the image's command.
        if (REPLACED.contains(path)) {
            return over;
        }
        if (over instanceof Scalar scalar && scalar.isNull()) {
            return base;
        }
        if (base instanceof Scalar scalar && scalar.isNull()) {
            return over;
        }
        if (VARIABLES.contains(path) && !(base instanceof Mapping && over instanceof Mapping)) {
            return listed(pairs(base, "="), pairs(over, "="), path);
        }
        if (ONE_OR_MORE.contains(path)) {
            return listed(pairs(base, ":"), pairs(over, ":"), path);
        }
        if (path.equals("build")) {
            return mapped(keyed(base, "context"), keyed(over, "context"), path);
        }
        if (NAMES.contains(path)) {
            return mapped(named(base), named(over), path);
        }
        return mapped(base, over, path);
    }

    private static ConfigNode mapped(ConfigNode base, ConfigNode over, String path) {
        if (base instanceof Mapping first && over instanceof Mapping second) {
            return mapping(first, second, path);
        }
        return base instanceof Sequence && over instanceof Sequence ? listed(base, over, path) : over;
    }

    private static Mapping mapping(Mapping base, Mapping over, String path) {
        Map<String, Entry> entries = new LinkedHashMap<>(base.entries());
        over.entries().forEach((name, entry) -> {
            Entry below = base.entries().get(name);
            switch (entry.merging()) {
                case REMOVED -> entries.remove(name);
                case REPLACED -> entries.put(name, entry);
                case MERGED -> entries.put(name, merged(below, entry, path, name));
            }
        });
        return new Mapping(over.at(), Collections.unmodifiableMap(entries));
    }

    private static Entry merged(@Nullable Entry base, Entry over, String path, String name) {
        if (base == null) {
            return over.value() instanceof Mapping mapping
                    ? new Entry(over.key(), mapping(new Mapping(mapping.at(), Map.of()), mapping, path))
                    : over;
        }
        // A variable without a value gets the submitter's value and overrides the base.
        if (VARIABLES.contains(path)) {
            return over;
        }
        ConfigNode value = merged(base.value(), over.value(), path.isEmpty() ? name : path + "." + name);
        return value == base.value() ? base : new Entry(over.key(), value);
    }

    private static ConfigNode listed(ConfigNode base, ConfigNode over, String path) {
        List<ConfigNode> items = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        Stream.of(base, over).flatMap(Merge::items).forEach(item -> {
            Optional<Integer> place = identity(item, path).map(identity -> places.putIfAbsent(identity, items.size()));
            place.ifPresentOrElse(at -> items.set(at, item), () -> items.add(item));
        });
        return new Sequence(over.at(), false, List.copyOf(items));
    }

    private static Stream<ConfigNode> items(ConfigNode node) {
        return node instanceof Sequence sequence ? sequence.items().stream() : Stream.of(node);
    }

    /** The identity of a list item. Of items with the same identity, the last one counts. Without an identity, all count. */
    private static Optional<String> identity(ConfigNode item, String path) {
        return UniqueLists.identity(item, path)
                .or(() -> item instanceof Scalar scalar ? Optional.of(scalar.text()) : Optional.empty());
    }

    /** The entries of a mapping as Compose lists them. Other values stay unchanged, and the reader refuses them. */
    private static ConfigNode pairs(ConfigNode node, String separator) {
        if (!(node instanceof Mapping mapping)) {
            return node;
        }
        List<ConfigNode> items = new ArrayList<>();
        mapping.entries()
                .forEach((name, entry) -> items(entry.value())
                        .forEach(value -> items.add(
                                switch (value) {
                                    case Scalar scalar
                                    when scalar.isNull() ->
                                        new Scalar(entry.key().at(), name, false);
                                    case Scalar scalar ->
                                        new Scalar(entry.key().at(), name + separator + printed(scalar), false);
                                    case Sequence _, Mapping _ -> value;
                                })));
        return new Sequence(node.at(), false, List.copyOf(items));
    }

    private static String printed(Scalar scalar) {
        return scalar.plain() ? UnquotedText.printed(scalar.text()) : scalar.text();
    }

    private static ConfigNode keyed(ConfigNode node, String name) {
        return node instanceof Scalar
                ? new Mapping(node.at(), Map.of(name, new Entry(new Scalar(node.at(), name, true), node)))
                : node;
    }

    private static ConfigNode named(ConfigNode node) {
        if (!(node instanceof Sequence sequence)) {
            return node;
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (ConfigNode item : sequence.items()) {
            if (!(item instanceof Scalar name)) {
                return node;
            }
            entries.put(name.text(), new Entry(name, new Scalar(name.at(), "", true)));
        }
        return new Mapping(node.at(), Collections.unmodifiableMap(entries));
    }
}
