package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelTest {

    @Test
    void the_model_of_the_lifecycle_holds_and_breaks_with_each_guard_dropped()
            throws IOException, InterruptedException {
        Process check = new ProcessBuilder(
                        Path.of("..", "docs", "model", "check.sh").toString(), "short")
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(check.waitFor()).as(said).isZero();
        assertThat(said).endsWith("all as it must be\n");
    }
}
