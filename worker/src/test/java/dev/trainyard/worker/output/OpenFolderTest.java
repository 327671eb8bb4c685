package dev.trainyard.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFolderTest {

    private static final Path NAME = Path.of("name");

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path outputs;

    @SuppressWarnings("NullAway.Init")
    private Path target;

    @BeforeEach
    void folders() throws IOException {
        outputs = Files.createDirectory(folder.resolve("outputs"));
        target = Files.createDirectory(folder.resolve("target"));
        Files.writeString(target.resolve("secret"), "of the host");
    }

    @Test
    void a_link_to_a_folder_is_not_entered_wherever_it_stands_on_the_way() throws IOException {
        Files.createDirectories(outputs.resolve("a"));
        Files.createDirectory(target.resolve("b"));
        Files.createSymbolicLink(outputs.resolve("a/link"), target);

        try (OpenFolder open = OpenFolder.at(outputs)) {
            for (String way : new String[] {"a/link", "a/link/b"}) {
                assertThatThrownBy(() -> open.enter(Path.of(way)))
                        .as(way)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("a/link");
            }
        }
    }

    @Test
    void a_link_to_a_file_is_neither_read_nor_written_through() throws IOException {
        Files.createSymbolicLink(outputs.resolve(NAME), target.resolve("secret"));
        Files.createSymbolicLink(outputs.resolve("dangling"), target.resolve("fresh"));

        try (OpenFolder open = OpenFolder.at(outputs)) {
            assertThatThrownBy(() -> open.read(NAME, 0)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> open.create(NAME)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> open.create(Path.of("dangling"))).isInstanceOf(IOException.class);
            open.delete(NAME);
        }

        assertThat(target.resolve("secret")).hasContent("of the host");
        assertThat(target.resolve("fresh")).doesNotExist();
    }

    @Test
    void what_is_open_stays_the_folder_that_it_was_though_its_path_leads_elsewhere_now() throws IOException {
        Files.writeString(outputs.resolve("mine"), "kept");

        try (OpenFolder open = OpenFolder.at(outputs)) {
            Files.move(outputs, folder.resolve("old"));
            Files.createSymbolicLink(outputs, target);

            assertThat(open.names()).containsExactly(Path.of("mine"));
            try (InputStream in = open.read(Path.of("mine"), 0)) {
                assertThat(in).hasContent("kept");
            }
            try (OutputStream out = open.create(NAME)) {
                out.write("log".getBytes(StandardCharsets.UTF_8));
            }
        }

        assertThat(folder.resolve("old/name")).hasContent("log");
        assertThat(target.resolve(NAME)).doesNotExist();
    }
}
