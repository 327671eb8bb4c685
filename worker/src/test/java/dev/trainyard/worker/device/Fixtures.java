package dev.trainyard.worker.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What nvidia-smi prints, in the shapes of several driver generations. */
final class Fixtures {
    static final Path STAND_IN =
            Path.of("src/test/resources/nvidia-smi/nvidia-smi").toAbsolutePath();

    private Fixtures() {}

    static String printed(String name) {
        try {
            return new String(Files.readAllBytes(STAND_IN.resolveSibling(name)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
