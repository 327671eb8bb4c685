package dev.trainyard.cli.submit;

import dev.trainyard.cli.session.ParameterFile;
import dev.trainyard.core.training.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The training's parameters. They are appended to its command. */
final class ParameterOptions {

    @Option(
            names = "--param",
            paramLabel = "NAME=VALUE",
            converter = FromText.class,
            description = "Append --NAME VALUE to the command. Can be repeated.")
    private List<Parameter> given = List.of();

    @Option(
            names = "--params",
            paramLabel = "FILE",
            description = "Append the names and values of a YAML or JSON file. --param overrides a value of the file.")
    private @Nullable Path file;

    /** The parameters of the file in their order, then those of {@code --param}. */
    List<Parameter> all() {
        if (file == null) {
            return given;
        }
        Map<String, Parameter> byName = new HashMap<>();
        given.forEach(parameter -> byName.put(parameter.plainName(), parameter));
        List<Parameter> all = new ArrayList<>();
        for (Parameter parameter : ParameterFile.read(file)) {
            if (!byName.containsKey(parameter.plainName())) {
                all.add(parameter);
            }
        }
        all.addAll(given);
        return all;
    }

    private static final class FromText implements ITypeConverter<Parameter> {
        @Override
        public Parameter convert(String text) {
            try {
                return Parameter.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
