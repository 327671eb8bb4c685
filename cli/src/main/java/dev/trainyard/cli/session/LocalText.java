package dev.trainyard.cli.session;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads local text files. */
public final class LocalText {

    private LocalText() {}

    /**
     * The file's text. Empty if the file does not exist.
     *
     * @throws Failure if it cannot be read
     */
    public static Optional<String> read(Path file) {
        if (file.toString().isEmpty()) {
            // To the system an empty path is the current folder.
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (MalformedInputException e) {
            throw new Failure(ExitCode.INVALID, "%s is not UTF-8 text. Save it as UTF-8.".formatted(file), e);
        } catch (IOException e) {
            if (Files.isDirectory(file)) {
                throw new Failure(ExitCode.INVALID, "%s is a folder. Give a file.".formatted(file), e);
            }
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "%s cannot be read (%s). Check its permissions.".formatted(file, Failure.reason(e)),
                    e);
        }
    }
}
