package dev.trainyard.cli;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.compose.ComposeDraft;
import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.compose.ComposeText;
import dev.trainyard.core.compose.InvalidComposeFile;
import dev.trainyard.core.compose.Parameter;
import dev.trainyard.core.compose.TrainingSpec;
import dev.trainyard.core.request.Problem;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A compose file on this computer, with those that go over it. */
final class ComposeFile {

    private final Path path;
    private final List<ComposeText> texts;

    /** @throws Failure if it cannot be read */
    ComposeFile(Path path) {
        this(List.of(path));
    }

    /**
     * Files as Compose merges them, the later over the earlier.
     *
     * @throws Failure if one cannot be read
     */
    ComposeFile(List<Path> paths) {
        this.path = paths.getFirst();
        this.texts = paths.stream().map(ComposeFile::text).toList();
    }

    private static ComposeText text(Path path) {
        return new ComposeText(
                path.toString(),
                read(path)
                        .orElseThrow(() -> new Failure(
                                ExitCode.NOT_FOUND,
                                "there is no file %s. Give the path of a compose file."
                                        .formatted(path.toAbsolutePath()))));
    }

    /** The folder that paths in the files are relative to: that of the first one. */
    Path folder() {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? path.toAbsolutePath().getRoot() : parent;
    }

    /** @param builtFromSource whether the image is built from a source that the file does not speak of */
    TrainingSpec resolve(
            @Nullable String service,
            Map<String, String> environment,
            List<Parameter> parameters,
            boolean builtFromSource) {
        ComposeOptions options = new ComposeOptions(
                service, environment, name -> read(folder().resolve(name)), parameters, builtFromSource);
        return orFailure(() -> ComposeResolver.resolve(texts, options));
    }

    /** The file with the parameters filled in. */
    String filled(List<Parameter> parameters) {
        return orFailure(() -> ComposeDraft.fill(texts.getFirst().text(), path.toString(), parameters));
    }

    private <T> T orFailure(Supplier<T> resolution) {
        try {
            return resolution.get();
        } catch (InvalidComposeFile e) {
            String problems =
                    e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n  ", "\n  ", ""));
            throw new Failure(ExitCode.INVALID, "%s cannot become a training:%s".formatted(path, problems), e);
        }
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (MalformedInputException e) {
            throw new Failure(ExitCode.INVALID, "%s is not UTF-8 text. Save it as such.".formatted(file), e);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.NOT_FOUND, "%s cannot be read (%s). Check it.".formatted(file, Failure.reason(e)), e);
        }
    }
}
