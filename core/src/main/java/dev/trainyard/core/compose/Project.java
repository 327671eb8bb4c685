package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.text.Excerpt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads the compose files of one submission as one: later files override earlier ones, and a service overrides the one that it extends. */
public final class Project {

    /** A generated chain of services could be endless. People do not nest so deeply. */
    private static final int LONGEST_CHAIN = 20;

    private final List<ConfigValue> files;
    private final TextFiles texts;
    private final @Nullable Variables variables;
    private final Report report;
    private final Map<String, Optional<ConfigValue>> opened = new HashMap<>();

    /** A service and its file. */
    private record Place(ConfigValue file, String folder, String name) {}

    /**
     * @param files at least one
     * @param texts reads extended files
     * @param variables replaced in all results. Null: not replaced
     */
    public Project(List<ConfigValue> files, TextFiles texts, @Nullable Variables variables, Report report) {
        this.files = files;
        this.texts = texts;
        this.variables = variables;
        this.report = report;
    }

    /** The same files unchanged and without reports, to choose a service. */
    public Project sketch() {
        Report unread = new Report();
        List<ConfigValue> fields = files.stream()
                .map(file -> new ConfigValue(file.name(), file.key(), file.at(), file.node(), unread))
                .toList();
        return new Project(fields, texts, null, unread);
    }

    public Set<String> serviceNames() {
        Set<String> names = new LinkedHashSet<>();
        files.forEach(file -> section(file, "services").forEach(service -> names.add(service.name())));
        names.removeIf(name -> name.startsWith("x-"));
        return names;
    }

    public ConfigValue service(String name) {
        return merged("services", name, Merge::service);
    }

    /** Entries of {@code volumes} or {@code networks}, merged. */
    Map<String, ConfigValue> declared(String section) {
        Map<String, ConfigValue> declared = new LinkedHashMap<>();
        files.forEach(file -> section(file, section)
                .forEach(entry ->
                        declared.computeIfAbsent(entry.name(), name -> merged(section, name, Merge::section))));
        return declared;
    }

    private static List<ConfigValue> section(ConfigValue file, String name) {
        return file.get(name).map(ConfigValue::fields).orElse(List.of());
    }

    private ConfigValue merged(String section, String name, BinaryOperator<ConfigNode> merge) {
        @Nullable ConfigValue merged = null;
        for (ConfigValue file : files) {
            Optional<ConfigValue> found = entry(file, section, name);
            if (found.isPresent()) {
                ConfigValue over = found.get();
                ConfigNode node = section.equals("services")
                        ? complete(over, new Place(file, "", name), List.of())
                        : filledIn(over);
                ConfigNode base = merged == null ? new Mapping(node.at(), Map.of()) : merged.node();
                merged = new ConfigValue(name, over.key(), over.at(), merge.apply(base, node), report);
            }
        }
        if (merged == null) {
            throw new IllegalArgumentException("there is no %s in any file's %s".formatted(name, section));
        }
        return merged;
    }

    private static Optional<ConfigValue> entry(ConfigValue file, String section, String name) {
        return file.get(section).filter(ConfigValue::isMapping).flatMap(entries -> entries.get(name));
    }

    private ConfigNode filledIn(ConfigValue field) {
        return variables == null ? field.node() : variables.fillIn(field.node(), field.key());
    }

    /** The service merged over the one that it extends. Its paths are relative to the first file's folder. */
    private ConfigNode complete(ConfigValue service, Place place, List<Place> way) {
        ConfigNode node = filledIn(service);
        ConfigValue filled = new ConfigValue(service.name(), service.key(), service.at(), node, report);
        Optional<ConfigValue> extending = filled.isMapping() ? filled.get("extends") : Optional.empty();
        @Nullable String home = variables == null ? null : variables.get("HOME").orElse(null);
        ConfigNode own =
                ServicePaths.rebased(extending.isEmpty() ? node : without(node, "extends"), place.folder, home);
        return extending
                .filter(field -> !field.isNull())
                .flatMap(field -> base(field, place, way))
                .map(base -> Merge.service(base, own))
                .orElse(own);
    }

    private static ConfigNode without(ConfigNode node, String name) {
        if (!(node instanceof Mapping mapping)) {
            return node;
        }
        Map<String, Entry> entries = new LinkedHashMap<>(mapping.entries());
        entries.remove(name);
        return new Mapping(node.at(), Collections.unmodifiableMap(entries));
    }

    private Optional<ConfigNode> base(ConfigValue extending, Place place, List<Place> way) {
        Optional<String> name = extendedService(extending);
        Optional<ConfigValue> fileName =
                extending.isMapping() ? extending.get("file").filter(field -> !field.isNull()) : Optional.empty();
        Optional<Place> base = name.flatMap(service -> fileName.isEmpty()
                ? Optional.of(new Place(place.file, place.folder, service))
                : fileName.get()
                        .text()
                        .flatMap(path -> opened(fileName.get(), ServicePaths.join(place.folder, path), service)));
        return base.flatMap(next -> followed(extending, next, place, way));
    }

    private static Optional<String> extendedService(ConfigValue extending) {
        if (!extending.isMapping()) {
            return extending.text();
        }
        extending.allowOnly(List.of("file", "service"));
        Optional<String> service = extending.get("service").flatMap(ConfigValue::text);
        if (service.isEmpty()) {
            extending.problem(
                    "does not name a service",
                    "Write extends: {service: NAME}, with file: FILE if the service is in another file");
        }
        return service;
    }

    private Optional<Place> opened(ConfigValue extending, String path, String service) {
        Optional<ConfigValue> file = opened.computeIfAbsent(path, _ -> read(extending, path));
        return file.map(root -> new Place(root, ServicePaths.folder(path), service));
    }

    private Optional<ConfigValue> read(ConfigValue extending, String path) {
        Optional<String> text = texts.read(path);
        if (text.isEmpty()) {
            extending.missingFile(path, "Create it, or correct the path", "Copy the extended service into the draft");
            return Optional.empty();
        }
        try {
            ConfigNode document = YamlReader.read(text.get(), path, report);
            ConfigValue file = new ConfigValue("", "", document.at(), document, report);
            if (file.isMapping()) {
                return Optional.of(file);
            }
            extending.problem("%s is not a compose file".formatted(Excerpt.path(path)), "Give a file with services:");
        } catch (InvalidFile e) {
            // The report already contains that file's problems. Continue with the rest of this file.
        }
        return Optional.empty();
    }

    private Optional<ConfigNode> followed(ConfigValue extending, Place next, Place place, List<Place> way) {
        List<Place> longer = new ArrayList<>(way);
        longer.add(place);
        boolean circular = longer.stream()
                .anyMatch(each -> each.name.equals(next.name)
                        && each.file.at().file().equals(next.file.at().file()));
        if (circular || longer.size() > LONGEST_CHAIN) {
            extending.problem(
                    circular
                            ? "leads back to a service that extends this one"
                            : "extends more than 20 services in a row",
                    "Remove one of these extends");
            return Optional.empty();
        }
        Optional<ConfigValue> service = entry(next.file, "services", next.name);
        if (service.isEmpty()) {
            extending.problem(
                    "there is no service %s in %s"
                            .formatted(Excerpt.quote(next.name), next.file.at().file()),
                    "Correct the name");
        }
        return service.map(found -> complete(found, next, longer));
    }
}
