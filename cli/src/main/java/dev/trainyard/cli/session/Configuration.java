package dev.trainyard.cli.session;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.reading.UnquotedText;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A person's defaults: the server, and the team and labels of submitted jobs. They are set by the variables TRAINYARD_SERVER,
 * TRAINYARD_TEAM and TRAINYARD_LABELS, or in a file. A variable overrides the file.
 */
public final class Configuration {

    private static final String SERVER = "server";
    private static final String TEAM = "team";
    private static final String LABELS = "labels";
    private static final List<String> KEYS = List.of(SERVER, TEAM, LABELS);

    /** All spellings of null in YAML's core schema. The library knows only some of them. */
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    /** The limit of the message's schema. Checked here as well, so that the error names the file. */
    private static final int LONGEST_TEAM = 100;

    private static final int LONGEST_LABEL = 200;
    private static final int LONGEST_SERVER = 2_000;

    private final Map<String, String> environment;
    private @Nullable OfFile ofFile;

    private record OfFile(@Nullable String server, @Nullable String team, Map<String, String> labels) {}

    /** Reads the file only when a value is needed. Most commands need one value or none. */
    Configuration(Map<String, String> environment) {
        this.environment = environment;
    }

    /** @throws Failure if the file is needed and cannot be used */
    Optional<String> server() {
        return variable("TRAINYARD_SERVER").or(() -> Optional.ofNullable(file().server()));
    }

    /** @throws Failure if the file is needed and cannot be used */
    public Optional<String> team() {
        return variable("TRAINYARD_TEAM").or(() -> Optional.ofNullable(file().team()));
    }

    /** @throws Failure if the variable or the file cannot be used */
    public Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>(file().labels());
        for (String label :
                variable("TRAINYARD_LABELS").map(text -> text.split(",")).orElse(new String[0])) {
            int sign = label.indexOf('=');
            if (sign < 1) {
                throw new Failure(
                        ExitCode.INVALID,
                        "TRAINYARD_LABELS: '%s' is not NAME=VALUE. Write NAME=VALUE,NAME=VALUE.".formatted(label));
            }
            labels.put(
                    label.substring(0, sign).strip(), label.substring(sign + 1).strip());
        }
        return labels;
    }

    private Optional<String> variable(String name) {
        return Optional.of(environment.getOrDefault(name, "").strip()).filter(text -> !text.isEmpty());
    }

    private OfFile file() {
        OfFile read = ofFile;
        if (read == null) {
            read = path().flatMap(path -> text(path).map(text -> read(path, text)))
                    .orElseGet(() -> new OfFile(null, null, Map.of()));
            ofFile = read;
        }
        return read;
    }

    /** Empty if the file does not exist. A broken link is an error. */
    private static Optional<String> text(Path file) {
        Optional<String> text = LocalText.read(file);
        if (text.isEmpty() && Files.isSymbolicLink(file)) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "%s is a link to a file that does not exist. Correct or remove the link.".formatted(file));
        }
        return text;
    }

    /** Follows the XDG base directory specification: a relative path in the variable is ignored. */
    private Optional<Path> path() {
        return variable("XDG_CONFIG_HOME")
                .filter(home -> home.startsWith("/"))
                .or(() -> variable("HOME").map(home -> home + "/.config"))
                .map(home -> Path.of(home, "trainyard", "config.yml"));
    }

    private static OfFile read(Path file, String text) {
        List<String> faults = new ArrayList<>();
        String server = null;
        String team = null;
        Map<String, String> labels = Map.of();
        Set<String> seen = new HashSet<>();
        for (NodeTuple entry : root(file, text)) {
            String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            try {
                once(key, key, seen);
                switch (key) {
                    case SERVER -> server = name(key, entry.getValueNode(), LONGEST_SERVER);
                    case TEAM -> team = name(key, entry.getValueNode(), LONGEST_TEAM);
                    case LABELS -> labels = labels(entry.getValueNode());
                    default -> throw new IllegalArgumentException(unknown(key));
                }
            } catch (IllegalArgumentException e) {
                faults.add(ParameterFile.at(file, entry.getKeyNode()) + ": " + Failure.reason(e));
            }
        }
        if (!faults.isEmpty()) {
            throw new Failure(ExitCode.INVALID, String.join("\n       ", faults));
        }
        return new OfFile(server, team, labels);
    }

    private static List<NodeTuple> root(Path file, String text) {
        try {
            Node root = new Compose(LoadSettings.builder().build())
                    .composeString(text)
                    .orElse(null);
            if (root == null) {
                return List.of();
            }
            if (root instanceof MappingNode mapping) {
                return mapping.getValue();
            }
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: the file is not a mapping. Write lines such as server: http://127.0.0.1:8700."
                            .formatted(file));
        } catch (MarkedYamlEngineException e) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: not valid YAML: %s".formatted(ParameterFile.at(file, e.getProblemMark()), e.getProblem()),
                    e);
        } catch (YamlEngineException e) {
            throw new Failure(ExitCode.INVALID, "%s: not valid YAML".formatted(file), e);
        }
    }

    private static Map<String, String> labels(Node node) {
        if (!(node instanceof MappingNode mapping)) {
            throw new IllegalArgumentException(
                    "labels: is not a mapping. Write names and values, such as {project: digits}");
        }
        Map<String, String> labels = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            String name = value("a label's name", entry.getKeyNode());
            once("label " + name, name, seen);
            if (name.isEmpty() || name.contains("=") || name.length() > LONGEST_LABEL) {
                throw new IllegalArgumentException(
                        "labels: '%s' is not a valid name of a label. Write one without =, of up to %d characters"
                                .formatted(Excerpt.plain(name, 60), LONGEST_LABEL));
            }
            labels.put(name, value("label " + name, entry.getValueNode()));
        }
        return labels;
    }

    /** Refuses a repeated key, because one of its values would be ignored. */
    private static void once(String what, String key, Set<String> seen) {
        if (seen.contains(key)) {
            throw new IllegalArgumentException(what + ": is given twice. Remove one");
        }
        seen.add(key);
    }

    private static String name(String key, Node node, int longest) {
        String name = value(key, node);
        if (name.isBlank() || name.length() > longest) {
            throw new IllegalArgumentException(key
                    + (name.isBlank()
                            ? ": is empty. Write a value, or remove the line"
                            : ": is longer than %d characters. Write a shorter value".formatted(longest)));
        }
        return name;
    }

    private static String value(String what, Node node) {
        if (node instanceof ScalarNode scalar && !isNull(scalar)) {
            return scalar.isPlain() ? UnquotedText.printed(scalar.getValue()) : scalar.getValue();
        }
        throw new IllegalArgumentException(what + ": is not a single value. Write one. Quote an empty value");
    }

    private static boolean isNull(ScalarNode scalar) {
        return scalar.getTag().equals(Tag.NULL) || scalar.isPlain() && NULLS.contains(scalar.getValue());
    }

    private static String unknown(String key) {
        return "unknown key '%s'. %s"
                .formatted(
                        key,
                        NearestName.among(KEYS, key)
                                .map("Did you mean %s?"::formatted)
                                .orElse("Known keys: " + String.join(", ", KEYS) + "."));
    }
}
