package dev.trainyard.cli.session;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.training.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
import org.snakeyaml.engine.v2.nodes.Tag;

/** A parameter file in YAML or JSON: names with one value each. Values are passed on exactly as they are written. */
public final class ParameterFile {

    private ParameterFile() {}

    public static List<Parameter> read(Path file) {
        LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
        try {
            Node root =
                    new Compose(settings).composeString(Files.readString(file)).orElse(null);
            if (!(root instanceof MappingNode mapping)) {
                throw unusable(List.of(at(file, root) + ": the file is not a mapping of names to values"));
            }
            List<Parameter> parameters = new ArrayList<>();
            List<String> faults = new ArrayList<>();
            for (NodeTuple entry : mapping.getValue()) {
                try {
                    parameters.add(parameter(entry));
                } catch (IllegalArgumentException e) {
                    faults.add(at(file, entry.getKeyNode()) + ": " + Failure.reason(e));
                }
            }
            if (!faults.isEmpty()) {
                throw unusable(faults);
            }
            return parameters;
        } catch (MarkedYamlEngineException e) {
            throw unusable(List.of(at(file, e.getProblemMark()) + ": " + e.getProblem()));
        } catch (YamlEngineException e) {
            throw unusable(List.of(file + ": "
                    + Failure.reason(e).lines().findFirst().orElse("").strip()));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "%s cannot be read (%s). Check --params.".formatted(file, Failure.reason(e)),
                    e);
        }
    }

    /** @throws IllegalArgumentException if the entry is not a name with a single value */
    private static Parameter parameter(NodeTuple entry) {
        if (entry.getKeyNode() instanceof ScalarNode name && entry.getValueNode() instanceof ScalarNode value) {
            if (value.getTag().equals(Tag.NULL)) {
                throw new IllegalArgumentException("'%s' has no value".formatted(name.getValue()));
            }
            return new Parameter(name.getValue(), value.getValue());
        }
        String name = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "a key";
        throw new IllegalArgumentException("'%s' is not a single value but a %s"
                .formatted(name, entry.getValueNode().getNodeType())
                .toLowerCase(Locale.ROOT));
    }

    /** A position in a file, as people write it. */
    static String at(Path file, @Nullable Node node) {
        return at(file, node == null ? Optional.empty() : node.getStartMark());
    }

    static String at(Path file, Optional<Mark> mark) {
        return file
                + mark.map(each -> ":%d:%d".formatted(each.getLine() + 1, each.getColumn() + 1))
                        .orElse("");
    }

    private static Failure unusable(List<String> faults) {
        return new Failure(
                ExitCode.INVALID, "%s. Write lines of the form lr: 0.1.".formatted(String.join("\n       ", faults)));
    }
}
