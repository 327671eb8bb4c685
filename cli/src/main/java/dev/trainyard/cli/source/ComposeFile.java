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
import dev.trainyard.core.training.TrainingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A compose file on this computer, with those that go over it. */
public final class ComposeFile {

    /** In the order in which Compose looks for them. */
    private static final List<String> USUAL_NAMES =
            List.of("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml");

    private final Path path;
    private final List<ComposeText> texts;

    /** @throws Failure if it cannot be read */
    public ComposeFile(Path path) {
        this(List.of(path));
    }

    /**
     * Files as Compose merges them, the later over the earlier.
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
                    "a compose file is not read from standard input. Give it a name: trainyard submit FILE.");
        }
        return new ComposeText(
                path.toString(),
                LocalText.read(path)
                        .orElseThrow(() -> new Failure(
                                ExitCode.NOT_FOUND,
                                "there is no file %s. Give the path of a compose file."
                                        .formatted(path.toAbsolutePath()))));
    }

    /** With the file in it that Compose would take. */
    private static Failure folder(Path path) {
        String remedy = USUAL_NAMES.stream()
                .map(path::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .map("Give the compose file in it: %s"::formatted)
                .orElse("Give the path of a compose file; there is none of the usual names in it");
        return new Failure(ExitCode.INVALID, "%s is a folder. %s.".formatted(path, remedy));
    }

    /** The folder that paths in the files are relative to: that of the first one. */
    public Path folder() {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? path.toAbsolutePath().getRoot() : parent;
    }

    /** @param builtFromSource whether the image is built from a source that the file does not speak of */
    public TrainingSpec resolve(
            @Nullable String service,
            Map<String, String> environment,
            List<Parameter> parameters,
            boolean builtFromSource) {
        ComposeOptions options = new ComposeOptions(
                service, environment, name -> LocalText.read(folder().resolve(name)), parameters, builtFromSource);
        return orFailure("a training", () -> ComposeResolver.resolve(texts, options));
    }

    /** The text of a file that declares parameters; empty if there is none. */
    public String text(@Nullable Path declarations) {
        return declarations == null
                ? ""
                : LocalText.read(declarations)
                        .orElseThrow(() -> new Failure(
                                ExitCode.NOT_FOUND,
                                "there is no file %s. Check --params.".formatted(declarations.toAbsolutePath())));
    }

    /**
     * The file as a draft.
     *
     * @param declarations file that declares its parameters; null: it takes any
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

    /** The file with the parameters filled in. */
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
