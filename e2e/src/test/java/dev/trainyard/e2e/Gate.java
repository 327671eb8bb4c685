package dev.trainyard.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What trainings of a test wait for: they see its folder as {@code /gate}, and go on when it holds the file {@code open}. */
record Gate(Path folder) {

    /** A list of mounts, as the message takes it. */
    String mounts() {
        return """
                [{"source": "%s", "target": "/gate", "readOnly": true}]""".formatted(folder);
    }

    void open() {
        try {
            Files.createFile(folder.resolve("open"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
