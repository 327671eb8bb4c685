package dev.trainyard.worker.policy;

import dev.trainyard.core.command.FileReason;
import dev.trainyard.core.request.NearestName;
import dev.trainyard.worker.policy.Policy.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a {@link Policy} from YAML. A rule that the file does not name is that of the built-in policy. */
final class PolicyFile {

    static final Path DEFAULT = Path.of("/etc/trainyard/policy.yml");

    private static final List<String> RULES =
            List.of("mounts", "volumes", "networks", "ipc", "pid", "userns", "capAdd", "securityOpt", "devices");

    private final Path file;
    private final Map<String, Node> rules = new LinkedHashMap<>();

    private PolicyFile(Path file) {
        this.file = file;
    }

    static Policy load(@Nullable Path file) {
        if (file != null) {
            return new PolicyFile(file).read();
        }
        return Files.exists(DEFAULT) ? new PolicyFile(DEFAULT).read() : Policy.BUILT_IN;
    }

    private Policy read() {
        document().ifPresent(this::collect);
        Policy builtIn = Policy.BUILT_IN;
        return new Policy(
                file.toAbsolutePath().normalize().toString(),
                mounts(),
                volumes(),
                words("networks", builtIn.networks()),
                words("ipc", builtIn.ipc()),
                words("pid", builtIn.pid()),
                words("userns", builtIn.userns()),
                capabilities(),
                words("securityOpt", builtIn.securityOpt()),
                words("devices", builtIn.devices()));
    }

    private Optional<Node> document() {
        try {
            return new Compose(LoadSettings.builder().setLabel(file.toString()).build())
                    .composeString(Files.readString(file));
        } catch (IOException e) {
            throw new PolicyProblem(
                    "The policy %s cannot be read: %s. Name another file with --policy, or leave it out for the built-in policy."
                            .formatted(file, FileReason.of(e)),
                    e);
        } catch (MarkedYamlEngineException e) {
            throw problem(e.getProblemMark(), "this is no YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new PolicyProblem(file + " is no YAML: " + e.getMessage(), e);
        }
    }

    private void collect(Node document) {
        if (!(document instanceof MappingNode mapping)) {
            throw problem(document.getStartMark(), "a policy is written as rules: " + String.join(", ", RULES));
        }
        for (NodeTuple entry : mapping.getValue()) {
            String rule = text(entry.getKeyNode());
            if (!RULES.contains(rule)) {
                throw problem(
                        entry.getKeyNode().getStartMark(),
                        "there is no rule \"%s\". %s"
                                .formatted(
                                        rule,
                                        NearestName.among(RULES, rule)
                                                .map("Did you mean \"%s\"?"::formatted)
                                                .orElse("The rules are " + String.join(", ", RULES) + ".")));
            }
            if (rules.put(rule, entry.getValueNode()) != null) {
                throw problem(entry.getKeyNode().getStartMark(), "the rule \"%s\" stands here twice".formatted(rule));
            }
        }
    }

    private Map<Path, Access> mounts() {
        @Nullable Node node = rules.get("mounts");
        if (node == null) {
            return Policy.BUILT_IN.mounts();
        }
        if (!(node instanceof MappingNode mapping)) {
            throw problem(node.getStartMark(), "mounts names folders: {/data: read-only, /logs: read-write}");
        }
        Map<Path, Access> mounts = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            String folder = text(entry.getKeyNode());
            Path path = Path.of(folder).normalize();
            if (!folder.startsWith("/") || path.equals(Path.of("/"))) {
                throw problem(
                        entry.getKeyNode().getStartMark(),
                        "\"%s\" is no folder that could be opened to containers; write an absolute path other than /"
                                .formatted(folder));
            }
            mounts.put(path, access(entry.getValueNode()));
        }
        return Map.copyOf(mounts);
    }

    private Access access(Node node) {
        return switch (text(node)) {
            case "read-only" -> Access.READ_ONLY;
            case "read-write" -> Access.READ_WRITE;
            default -> throw problem(node.getStartMark(), "write read-only or read-write");
        };
    }

    private boolean volumes() {
        @Nullable Node node = rules.get("volumes");
        if (node == null) {
            return Policy.BUILT_IN.volumes();
        }
        return switch (text(node)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw problem(node.getStartMark(), "volumes is true or false");
        };
    }

    private Set<String> words(String rule, Set<String> builtIn) {
        @Nullable Node node = rules.get(rule);
        if (node == null) {
            return builtIn;
        }
        if (!(node instanceof SequenceNode list)) {
            throw problem(node.getStartMark(), "%s is a list, such as [] for none".formatted(rule));
        }
        Set<String> words = new LinkedHashSet<>();
        list.getValue().forEach(item -> words.add(text(item)));
        return Set.copyOf(words);
    }

    private Set<String> capabilities() {
        Set<String> names = new LinkedHashSet<>();
        words("capAdd", Policy.BUILT_IN.capAdd())
                .forEach(name -> names.add(name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "")));
        return Set.copyOf(names);
    }

    private String text(Node node) {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return scalar.getValue();
        }
        throw problem(node.getStartMark(), "one word is expected here");
    }

    private PolicyProblem problem(Optional<Mark> at, String what) {
        String where = at.map(mark -> ":%d:%d".formatted(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse("");
        return new PolicyProblem("%s%s: %s".formatted(file, where, what), null);
    }
}
