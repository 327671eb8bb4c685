package dev.trainyard.cli;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.compose.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A file of parameters in YAML, of which JSON is a part: names with one value each, passed on exactly as they are written. */
final class ParameterFile {

    private ParameterFile() {}

    static List<Parameter> read(Path file) {
        LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
        try {
            Node root =
                    new Compose(settings).composeString(Files.readString(file)).orElse(null);
            if (!(root instanceof MappingNode mapping)) {
                throw unusable(file, "it holds no mapping of names to values");
            }
            List<Parameter> parameters = new ArrayList<>();
            for (NodeTuple entry : mapping.getValue()) {
                parameters.add(parameter(entry, file));
            }
            return parameters;
        } catch (YamlEngineException e) {
            throw unusable(
                    file, Failure.reason(e).lines().findFirst().orElse("").strip());
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "%s cannot be read (%s). Check --params.".formatted(file, Failure.reason(e)),
                    e);
        }
    }

    private static Parameter parameter(NodeTuple entry, Path file) {
        if (entry.getKeyNode() instanceof ScalarNode name && entry.getValueNode() instanceof ScalarNode value) {
            if (value.getTag().equals(Tag.NULL)) {
                throw unusable(file, "'%s' has no value".formatted(name.getValue()));
            }
            try {
                return new Parameter(name.getValue(), value.getValue());
            } catch (IllegalArgumentException e) {
                throw unusable(file, Failure.reason(e));
            }
        }
        String name = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "a key";
        throw unusable(
                file,
                "'%s' is no single value but a %s"
                        .formatted(name, entry.getValueNode().getNodeType())
                        .toLowerCase(Locale.ROOT));
    }

    private static Failure unusable(Path file, String why) {
        return new Failure(
                ExitCode.INVALID, "%s holds no parameters: %s. Write lines of the form lr: 0.1.".formatted(file, why));
    }
}
