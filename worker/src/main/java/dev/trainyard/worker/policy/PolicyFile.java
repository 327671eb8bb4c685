package dev.trainyard.worker.policy;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.DurationText;
import dev.trainyard.core.text.LinuxCapability;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.launch.FileProblem;
import dev.trainyard.worker.policy.MountRules.Access;
import dev.trainyard.worker.policy.MountRules.Volumes;
import dev.trainyard.worker.policy.Policy.BuiltNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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

/** Reads a {@link Policy} from YAML. Rules that are missing in the file are those of the built-in policy. */
final class PolicyFile {

    static final Path DEFAULT = Path.of("/etc/trainyard/policy.yml");

    private static final List<String> RULES = List.of(
            "mounts",
            "volumes",
            "networks",
            "ipc",
            "pid",
            "userns",
            "uts",
            "cgroupns",
            "capAdd",
            "securityOpt",
            "devices",
            "gracePeriod",
            "memory",
            "pids",
            "rootFileSystem",
            "builtNames",
            "addUrls",
            "buildNetwork");

    private static final String ALL_OF_HOST = "host";

    private final Path file;
    private final Map<String, Node> rules = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

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
        Policy policy = new Policy(
                file.toAbsolutePath().normalize().toString(),
                new MountRules(mounts(), volumes()),
                words("networks", builtIn.networks()),
                words("ipc", builtIn.ipc()),
                words("pid", builtIn.pid()),
                words("userns", builtIn.userns()),
                words("uts", builtIn.uts()),
                words("cgroupns", builtIn.cgroupns()),
                capabilities(),
                words("securityOpt", builtIn.securityOpt()),
                words("devices", builtIn.devices()),
                gracePeriod(),
                memory(),
                pids(),
                rootFileSystem(),
                builtNames(),
                flag("addUrls", builtIn.addUrls()),
                buildNetwork());
        if (!problems.isEmpty()) {
            throw new PolicyProblem(String.join("\n", problems), null);
        }
        return policy;
    }

    private Optional<Node> document() {
        try {
            return new Compose(LoadSettings.builder().setLabel(file.toString()).build())
                    .composeString(Files.readString(file));
        } catch (IOException e) {
            throw new PolicyProblem(
                    "The policy %s cannot be read: %s. Name another file with --policy, or leave it out for the built-in policy."
                            .formatted(file, FileProblem.words(e)),
                    e);
        } catch (MarkedYamlEngineException e) {
            throw new PolicyProblem(at(e.getProblemMark(), "this is no YAML: " + e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new PolicyProblem(file + " is no YAML: " + e.getMessage(), e);
        }
    }

    private void collect(Node document) {
        if (!(document instanceof MappingNode mapping)) {
            problem(document, "a policy is written as rules: " + String.join(", ", RULES));
            return;
        }
        for (NodeTuple entry : mapping.getValue()) {
            String rule = text(entry.getKeyNode()).orElse("");
            if (rule.isEmpty()) {
                continue;
            }
            if (!RULES.contains(rule)) {
                problem(
                        entry.getKeyNode(),
                        "there is no rule \"%s\". %s"
                                .formatted(
                                        rule,
                                        NearestName.among(RULES, rule)
                                                .map("Did you mean \"%s\"?"::formatted)
                                                .orElse("The rules are " + String.join(", ", RULES) + ".")));
            } else if (rules.putIfAbsent(rule, entry.getValueNode()) != null) {
                problem(entry.getKeyNode(), "the rule \"%s\" is written twice".formatted(rule));
            }
        }
    }

    private Map<Path, Access> mounts() {
        @Nullable Node node = rules.get("mounts");
        if (node == null) {
            return Policy.BUILT_IN.mounts().folders();
        }
        Map<Path, Access> mounts = new LinkedHashMap<>();
        Map<Path, Node> places = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            mapping.getValue()
                    .forEach(entry ->
                            text(entry.getKeyNode()).ifPresent(folder -> mount(folder, entry, mounts, places)));
        } else {
            problem(node, "mounts names folders: {/data: read-only, /logs: read-write}");
        }
        places.forEach((folder, place) -> checkEffect(folder, place, mounts));
        return Map.copyOf(mounts);
    }

    /** A writable mount of the outer folder makes everything in it writable. */
    private void checkEffect(Path folder, Node place, Map<Path, Access> mounts) {
        if (mounts.get(folder) == Access.READ_ONLY) {
            mounts.keySet().stream()
                    .filter(outer -> mounts.get(outer) == Access.READ_WRITE && folder.startsWith(outer))
                    .findFirst()
                    .ifPresent(outer -> problem(
                            place,
                            "\"%s\" would be written all the same: it lies in \"%s\", which is read-write. Write %2$s: read-only and beside it what may be written, or leave %1$s out"
                                    .formatted(folder, outer)));
        }
    }

    private void mount(String folder, NodeTuple entry, Map<Path, Access> mounts, Map<Path, Node> places) {
        Path path = Path.of(folder).normalize();
        if (!folder.startsWith("/") || path.equals(Path.of("/"))) {
            problem(
                    entry.getKeyNode(),
                    "\"%s\" is no folder that could be opened to containers; write an absolute path other than /"
                            .formatted(folder));
        } else if (HostFolder.isOfEngine(path)) {
            problem(
                    entry.getKeyNode(),
                    "\"%s\" can never be mounted: with it a container commands the host's engine, and so the host"
                            .formatted(folder));
        } else {
            access(entry.getValueNode()).ifPresent(access -> {
                if (mounts.put(path, access) != null) {
                    problem(entry.getKeyNode(), "the folder \"%s\" is written twice".formatted(path));
                }
                places.put(path, entry.getKeyNode());
            });
        }
    }

    private Optional<Access> access(Node node) {
        Optional<String> word = text(node);
        Optional<Access> access = word.flatMap(text -> Arrays.stream(Access.values())
                .filter(each -> each.word().equals(text))
                .findFirst());
        if (word.isPresent() && access.isEmpty()) {
            problem(node, "write read-only or read-write");
        }
        return access;
    }

    private Volumes volumes() {
        @Nullable Node node = rules.get("volumes");
        if (node == null) {
            return Policy.BUILT_IN.mounts().volumes();
        }
        if (node instanceof SequenceNode) {
            return new Volumes(true, false, words("volumes", Set.of()));
        }
        String word = text(node).orElse("own");
        if (!List.of("own", "true", "false").contains(word)) {
            problem(node, "volumes is own, true, false, or a list of names that are allowed beside the team's own");
        }
        return new Volumes(word.equals("own"), word.equals("true"), Set.of());
    }

    private boolean flag(String rule, boolean builtIn) {
        @Nullable Node node = rules.get(rule);
        if (node == null) {
            return builtIn;
        }
        Optional<String> word = text(node);
        if (word.filter(text -> !text.equals("true") && !text.equals("false")).isPresent()) {
            problem(node, rule + " is true or false");
        }
        return word.filter("true"::equals).isPresent();
    }

    private String buildNetwork() {
        @Nullable Node node = rules.get("buildNetwork");
        if (node == null) {
            return Policy.BUILT_IN.buildNetwork();
        }
        Optional<String> word = text(node);
        word.flatMap(PolicyWord.NETWORKS::objection).ifPresent(why -> problem(node, why));
        return word.orElse(Policy.BUILT_IN.buildNetwork());
    }

    private @Nullable DataSize memory() {
        @Nullable Node node = rules.get("memory");
        if (node == null) {
            return Policy.BUILT_IN.memory();
        }
        String word = text(node).orElse(ALL_OF_HOST);
        try {
            return word.equals(ALL_OF_HOST) ? null : DataSize.parse(word);
        } catch (IllegalArgumentException e) {
            problem(node, "memory is host, for all that the host offers, or a size such as 64g");
            return null;
        }
    }

    private long pids() {
        @Nullable Node node = rules.get("pids");
        if (node == null) {
            return Policy.BUILT_IN.pids();
        }
        String word = text(node).orElse(Policy.UNLIMITED);
        if (!word.matches("[1-9]\\d{0,8}|" + Policy.UNLIMITED)) {
            problem(node, "pids is a number of processes and threads, or unlimited");
        }
        return word.matches("\\d{1,9}") ? Long.parseLong(word) : -1;
    }

    private @Nullable DataSize rootFileSystem() {
        @Nullable Node node = rules.get("rootFileSystem");
        if (node == null) {
            return Policy.BUILT_IN.rootFileSystem();
        }
        String word = text(node).orElse(Policy.UNLIMITED);
        try {
            return word.equals(Policy.UNLIMITED) ? null : DataSize.parse(word);
        } catch (IllegalArgumentException e) {
            problem(node, "rootFileSystem is unlimited, or a size such as 50g");
            return null;
        }
    }

    private BuiltNames builtNames() {
        @Nullable Node node = rules.get("builtNames");
        if (node == null) {
            return Policy.BUILT_IN.builtNames();
        }
        Optional<String> word = text(node);
        Optional<BuiltNames> known = word.flatMap(text -> Arrays.stream(BuiltNames.values())
                .filter(each -> each.word().equals(text))
                .findFirst());
        if (word.isPresent() && known.isEmpty()) {
            problem(node, "builtNames is own or any");
        }
        return known.orElse(BuiltNames.OWN);
    }

    private Duration gracePeriod() {
        @Nullable Node node = rules.get("gracePeriod");
        if (node == null) {
            return Policy.BUILT_IN.gracePeriod();
        }
        try {
            return text(node).map(DurationText::parse).orElse(Policy.BUILT_IN.gracePeriod());
        } catch (IllegalArgumentException e) {
            problem(node, "gracePeriod is a duration, such as 10m or 90s");
            return Policy.BUILT_IN.gracePeriod();
        }
    }

    private Set<String> words(String rule, Set<String> builtIn) {
        @Nullable Node node = rules.get(rule);
        if (node == null) {
            return builtIn;
        }
        Set<String> words = new LinkedHashSet<>();
        if (node instanceof SequenceNode list) {
            list.getValue()
                    .forEach(item -> text(item).ifPresent(word -> {
                        PolicyWord.of(rule)
                                .flatMap(known -> known.objection(word))
                                .ifPresent(why -> problem(item, "\"%s\" cannot be allowed: %s".formatted(word, why)));
                        words.add(word);
                    }));
        } else {
            problem(node, "%s is a list, such as [] for none".formatted(rule));
        }
        return Set.copyOf(words);
    }

    private Set<String> capabilities() {
        return words("capAdd", Policy.BUILT_IN.capAdd()).stream()
                .map(LinuxCapability::plain)
                .collect(Collectors.toUnmodifiableSet());
    }

    private Optional<String> text(Node node) {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return Optional.of(scalar.getValue());
        }
        problem(node, "one word is expected here");
        return Optional.empty();
    }

    private void problem(Node node, String what) {
        problems.add(at(node.getStartMark(), what));
    }

    private String at(Optional<Mark> place, String what) {
        String where = place.map(mark -> ":%d:%d".formatted(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse("");
        return "%s%s: %s".formatted(file, where, what);
    }
}
