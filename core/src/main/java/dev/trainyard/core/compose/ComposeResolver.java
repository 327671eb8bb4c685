package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.training.TrainingSpec;
import java.util.List;
import java.util.Optional;

/** Converts compose files to a training, which one of their services describes. Pure: the caller reads files. */
public final class ComposeResolver {

    private static final List<String> TOP_LEVEL =
            List.of("version", "name", "services", "volumes", "networks", "secrets", "configs");

    private final Report report;
    private final ComposeOptions options;

    private ComposeResolver(Report report, ComposeOptions options) {
        this.report = report;
        this.options = options;
    }

    /** The same as {@link #resolve(List, ComposeOptions)} for one file. */
    public static TrainingSpec resolve(String text, String fileName, ComposeOptions options) {
        return resolve(List.of(new ComposeText(fileName, text)), options);
    }

    /**
     * Reads compose files as Compose does: replaces variables (the environment overrides {@code .env}), resolves anchors and merge keys,
     * and merges files and extended services.
     *
     * @param files at least one. Paths in all files are relative to the folder of the first
     * @throws InvalidFile with all problems, each with file, line, column, key and remedy. No text causes another exception
     */
    public static TrainingSpec resolve(List<ComposeText> files, ComposeOptions options) {
        return resolve(files, new Report(), options);
    }

    public static TrainingSpec resolve(List<ComposeText> files, Report report, ComposeOptions options) {
        TrainingSpec spec = new ComposeResolver(report, options).read(files);
        report.refuseProblems();
        return spec;
    }

    private TrainingSpec read(List<ComposeText> texts) {
        List<ConfigValue> files =
                texts.stream().flatMap(text -> parsed(text).stream()).toList();
        if (files.size() < texts.size()) {
            throw report.refused();
        }
        files.forEach(ComposeResolver::checkTopLevel);
        Variables variables = Variables.of(options, files, report);
        Project project = new Project(files, options.files(), variables, report);
        ConfigValue service = project.service(
                new TrainingService(options.service(), variables.asMap(), report).choose(project, files));
        return new ServiceReader(service, project, options, variables, report).read();
    }

    private Optional<ConfigValue> parsed(ComposeText text) {
        try {
            ConfigNode document = YamlReader.read(text.text(), text.name(), report);
            ConfigValue file = new ConfigValue("", "", document.at(), document, report);
            if (file.isMapping()) {
                return Optional.of(file);
            }
            file.problem("is not a compose file", "Write services: and at least one service");
        } catch (InvalidFile e) {
            // The problems are in the report. The next file may have some, too.
        }
        return Optional.empty();
    }

    private static void checkTopLevel(ConfigValue file) {
        file.get("include")
                .filter(include -> !include.isBlank())
                .ifPresent(include -> include.problem(
                        "is not supported in this release", "Give the files one after the other, or use extends"));
        file.fields().stream()
                .filter(field -> !TOP_LEVEL.contains(field.name())
                        && !field.name().startsWith("x-")
                        && !field.name().equals("include"))
                .forEach(field -> field.problem("is not a known key of a compose file", field.nearest(TOP_LEVEL)));
        file.get("version").ifPresent(version -> version.notice("has no effect. Compose ignores it, too"));
    }
}
