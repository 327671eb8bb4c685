package dev.trainyard.cli.source;

import dev.trainyard.cli.session.LocalText;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.compose.ComposeText;
import dev.trainyard.core.draft.ComposeDraft;
import dev.trainyard.core.draft.DraftReading;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.training.Parameter;
import dev.trainyard.core.training.ProjectFolder;
import dev.trainyard.core.training.TrainingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A local compose file, and the files that override it. */
public final class ComposeFile {

    /** In the order in which Compose searches. */
    private static final List<String> USUAL_NAMES =
            List.of("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml");

    private final Path path;
    private final List<ComposeText> texts;

    /** @throws Failure if it cannot be read */
    public ComposeFile(Path path) {
        this(List.of(path));
    }

    /**
     * Merges files as Compose does: a later file overrides an earlier one.
     *
     * @throws Failure if one cannot be read
     */
    public ComposeFile(List<Path> paths) {
        this.path = paths.getFirst();
        this.texts = paths.stream().map(ComposeFile::composeText).toList();
    }

    private static ComposeText composeText(Path path) {
        if (Files.isDirectory(path)) {
            throw folder(path);
        }
        if (path.toString().equals("-")) {
            throw new Failure(
                    ExitCode.INVALID,
                    "a compose file cannot be read from standard input. Give a file: trainyard submit FILE.");
        }
        return new ComposeText(
                path.toString(),
                LocalText.read(path)
                        .orElseThrow(() -> new Failure(
                                ExitCode.NOT_FOUND,
                                "%s does not exist. Give the path of a compose file."
                                        .formatted(path.toAbsolutePath()))));
    }

    /** Suggests the file in the folder that Compose would use. */
    private static Failure folder(Path path) {
        String remedy = USUAL_NAMES.stream()
                .map(path::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .map("Give the compose file: %s"::formatted)
                .orElse(
                        "Give the path of a compose file. The folder does not contain a compose file with a usual name");
        return new Failure(ExitCode.INVALID, "%s is a folder. %s.".formatted(path, remedy));
    }

    /** Paths in all files are relative to the folder of the first file. */
    public Path folder() {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? path.toAbsolutePath().getRoot() : parent;
    }

    /**
     * @param builtFromSource whether {@code --source} is given, so that the image is built even if the file has no build section
     * @param project the folder of the first file
     */
    public TrainingSpec resolve(
            @Nullable String service,
            Map<String, String> environment,
            List<Parameter> parameters,
            boolean builtFromSource,
            ProjectFolder project) {
        Path name = folder().getFileName();
        ComposeOptions options = new ComposeOptions(
                service,
                withEnvFiles(environment),
                file -> LocalText.read(folder().resolve(file)),
                parameters,
                builtFromSource,
                name == null ? null : name.toString(),
                project);
        return orFailure("a training", () -> ComposeResolver.resolve(texts, options));
    }

    /** Paths of {@code COMPOSE_ENV_FILES} begin here, and not beside the compose file. */
    private static Map<String, String> withEnvFiles(Map<String, String> environment) {
        String named = environment.getOrDefault(ComposeOptions.ENV_FILES, "");
        if (named.isEmpty()) {
            return environment;
        }
        Map<String, String> absolute = new HashMap<>(environment);
        absolute.put(
                ComposeOptions.ENV_FILES,
                Stream.of(named.split(","))
                        .map(file -> Path.of(file).toAbsolutePath().toString())
                        .collect(Collectors.joining(",")));
        return absolute;
    }

    /** The text of a file that declares parameters. Empty without such a file. */
    public String text(@Nullable Path declarations) {
        return declarations == null
                ? ""
                : LocalText.read(declarations)
                        .orElseThrow(() -> new Failure(
                                ExitCode.NOT_FOUND,
                                "%s does not exist. Check --params.".formatted(declarations.toAbsolutePath())));
    }

    /**
     * Reads the file as a draft.
     *
     * @param declarations file that declares the parameters. Null accepts any parameter
     */
    public DraftReading draft(@Nullable Path declarations, boolean builtFromSource) {
        return orFailure(
                "a draft",
                () -> DraftReading.read(
                        texts.getFirst().text(),
                        path.toString(),
                        text(declarations),
                        String.valueOf(declarations),
                        builtFromSource));
    }

    /** The file's text with the parameters filled in. */
    public String filled(List<Parameter> parameters, @Nullable String service, Map<String, String> environment) {
        return orFailure(
                "a training",
                () -> ComposeDraft.fill(texts.getFirst().text(), path.toString(), parameters, service, environment));
    }

    private <T> T orFailure(String what, Supplier<T> resolution) {
        try {
            return resolution.get();
        } catch (InvalidFile e) {
            String problems =
                    e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n  ", "\n  ", ""));
            throw new Failure(ExitCode.INVALID, "%s cannot become %s:%s".formatted(path, what, problems), e);
        }
    }
}
