package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileTest {

    @TempDir
    Path home;

    @Test
    void it_lies_below_the_home_that_the_environment_names() throws IOException {
        Path file = Files.writeString(home.resolve(".pgpass"), "*:*:*:*:secret\n");

        assertThat(PasswordFile.below(Map.of("HOME", home.toString()))).contains(file);
        assertThat(PasswordFile.below(Map.of("HOME", home.toString(), "PGPASSFILE", "/other")))
                .as("the driver reads that")
                .isEmpty();
    }

    @Test
    void where_there_is_none_the_driver_looks_itself() {
        assertThat(PasswordFile.below(Map.of("HOME", home.toString()))).isEmpty();
        assertThat(PasswordFile.below(Map.of("HOME", ""))).isEmpty();
        assertThat(PasswordFile.below(Map.of())).isEmpty();
    }
}
