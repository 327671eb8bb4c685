package dev.trainyard.cli.session;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.text.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * What a person does not want to say with each command: the server, and the team and labels of what they submit. It stands in the variables
 * TRAINYARD_SERVER, TRAINYARD_TEAM and TRAINYARD_LABELS, and in a file; a variable goes before the file.
 */
public final class Configuration {

    private static final String SERVER = "server";
    private static final String TEAM = "team";
    private static final String LABELS = "labels";
    private static final List<String> KEYS = List.of(SERVER, TEAM, LABELS);

    private final Map<String, String> environment;
    private @Nullable OfFile ofFile;

    private record OfFile(@Nullable String server, @Nullable String team, Map<String, String> labels) {}

    /** Reads nothing yet: most commands ask for one thing or for none. */
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
            read = path().flatMap(path -> LocalText.read(path).map(text -> read(path, text)))
                    .orElseGet(() -> new OfFile(null, null, Map.of()));
            ofFile = read;
        }
        return read;
    }

    /** As the XDG base directory specification says: a relative path in the variable does not count. */
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
        for (NodeTuple entry : root(file, text)) {
            String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            try {
                switch (key) {
                    case SERVER -> server = value(key, entry.getValueNode());
                    case TEAM -> team = value(key, entry.getValueNode());
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
                    "%s: this is not a mapping. Write lines such as server: http://127.0.0.1:8700.".formatted(file));
        } catch (MarkedYamlEngineException e) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: this is not valid YAML: %s"
                            .formatted(ParameterFile.at(file, e.getProblemMark()), e.getProblem()),
                    e);
        } catch (YamlEngineException e) {
            throw new Failure(ExitCode.INVALID, "%s: this is not valid YAML".formatted(file), e);
        }
    }

    private static Map<String, String> labels(Node node) {
        if (!(node instanceof MappingNode mapping)) {
            throw new IllegalArgumentException(
                    "labels: is not a mapping. Write them as names and values: {project: digits}");
        }
        Map<String, String> labels = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            String name = value("a label's name", entry.getKeyNode());
            labels.put(name, value("label " + name, entry.getValueNode()));
        }
        return labels;
    }

    private static String value(String what, Node node) {
        if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        throw new IllegalArgumentException(what + ": is not a single value. Write one, in quotes where it is empty");
    }

    private static String unknown(String key) {
        return "there is no key '%s'. %s"
                .formatted(
                        key,
                        NearestName.among(KEYS, key)
                                .map("Did you mean %s?"::formatted)
                                .orElse("There are " + String.join(", ", KEYS) + "."));
    }
}
