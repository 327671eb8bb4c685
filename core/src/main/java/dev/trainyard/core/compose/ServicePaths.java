package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.reading.SourceRange;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Converts the paths of a service. Paths of a service in another folder's file are relative to that file, and are made relative to the first
 * file. In paths of the submitter's files, {@code ~} is the submitter's home. {@code Volumes} handles volumes, which are on the worker.
 */
final class ServicePaths {

    private final String folder;
    private final @Nullable String home;

    private ServicePaths(String folder, @Nullable String home) {
        this.folder = folder;
        this.home = home;
    }

    /**
     * @param folder the folder of the service's file, relative to that of the first compose file. Empty if both are the same
     * @param home null if it is unknown
     */
    static ConfigNode rebased(ConfigNode service, String folder, @Nullable String home) {
        return new ServicePaths(folder, home).service(service);
    }

    /** The path relative to the folder of the first compose file. */
    static String join(String folder, String path) {
        return folder.isEmpty() || path.startsWith("/") ? path : folder + (folder.endsWith("/") ? "" : "/") + path;
    }

    /** The folder of a file. Empty for the folder of the first compose file. */
    static String folder(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : slash == 0 ? "/" : path.substring(0, slash);
    }

    private ConfigNode service(ConfigNode service) {
        return changed(
                service,
                Map.of(
                        "build",
                        this::build,
                        "env_file",
                        this::envFile,
                        "label_file",
                        this::envFile,
                        "volumes",
                        this::volumes));
    }

    private ConfigNode build(ConfigNode build) {
        if (!(build instanceof Mapping mapping)) {
            return text(build, this::context);
        }
        if (mapping.get("context").isEmpty() && !folder.isEmpty()) {
            Map<String, Entry> entries = new LinkedHashMap<>(mapping.entries());
            Scalar key = new Scalar(mapping.at(), "context", true);
            entries.put("context", new Entry(key, new Scalar(mapping.at(), folder, false)));
            return new Mapping(mapping.at(), Collections.unmodifiableMap(entries));
        }
        return changed(build, Map.of("context", context -> text(context, this::context)));
    }

    private String context(String context) {
        return BuildReader.isRemote(context) ? context : joined(context);
    }

    private ConfigNode envFile(ConfigNode files) {
        return each(
                files,
                file -> file instanceof Mapping
                        ? changed(file, Map.of("path", path -> text(path, this::joined)))
                        : text(file, this::joined));
    }

    private String joined(String path) {
        boolean atHome = home != null && home.startsWith("/") && path.startsWith("~");
        // Compose also reads ~x like this.
        return join(folder, atHome ? home + "/" + path.substring(1).replaceFirst("^/++", "") : path);
    }

    private ConfigNode volumes(ConfigNode volumes) {
        return each(
                volumes,
                volume -> volume instanceof Mapping
                        ? changed(volume, Map.of("source", source -> text(source, this::source)))
                        : text(volume, this::source));
    }

    /** Only a path that starts with a dot is relative. Others are absolute paths, names or {@code ~}. */
    private String source(String volume) {
        if (folder.isEmpty() || !volume.startsWith(".")) {
            return volume;
        }
        String path = join(folder, volume.startsWith("./") ? volume.substring(2) : volume);
        return path.startsWith("/") || path.startsWith(".") ? path : "./" + path;
    }

    private static ConfigNode changed(ConfigNode node, Map<String, UnaryOperator<ConfigNode>> changes) {
        if (!(node instanceof Mapping mapping)) {
            return node;
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        mapping.entries().forEach((name, entry) -> {
            UnaryOperator<ConfigNode> change = changes.getOrDefault(name, UnaryOperator.identity());
            entries.put(name, new Entry(entry.key(), change.apply(entry.value()), entry.merging()));
        });
        return new Mapping(node.at(), Collections.unmodifiableMap(entries));
    }

    private static ConfigNode each(ConfigNode node, UnaryOperator<ConfigNode> change) {
        return node instanceof Sequence(SourceRange at, boolean flow, var items)
                ? new Sequence(at, flow, items.stream().map(change).toList())
                : change.apply(node);
    }

    private static ConfigNode text(ConfigNode node, UnaryOperator<String> change) {
        return node instanceof Scalar scalar && !scalar.isNull()
                ? new Scalar(scalar.at(), change.apply(scalar.text()), scalar.plain())
                : node;
    }
}
