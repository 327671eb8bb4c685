package dev.trainyard.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFolderTest {

    private static final Path NAME = Path.of("name");

    /** So often each of the two things that take turns at one name is to be met. */
    private static final int MEETINGS = 10_000;

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
    void a_link_to_a_folder_is_not_followed_at_any_level() throws IOException {
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
    void an_open_folder_remains_the_same_when_its_path_leads_elsewhere() throws IOException {
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

    @Test
    void a_pipe_that_replaces_a_file_at_any_moment_does_not_block() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "content");

        try (OpenFolder open = OpenFolder.at(outputs);
                Turns turns = new Turns(outputs.resolve(NAME), file, pipe())) {
            turns.meet(() -> {
                try (InputStream in = open.read(NAME, 0)) {
                    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                }
            });

            assertThat(turns.results).containsOnly("content");
        }
    }

    @Test
    void a_pipe_that_replaces_a_folder_at_any_moment_does_not_block() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Files.writeString(inner.resolve("mine"), "");

        try (OpenFolder open = OpenFolder.at(outputs);
                Turns turns = new Turns(outputs.resolve(NAME), inner, pipe())) {
            turns.meet(() -> {
                try (OpenFolder entered = open.enter(NAME)) {
                    return entered.names().iterator().next().toString();
                }
            });

            assertThat(turns.results).containsOnly("mine");
        }
    }

    private Path pipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        return pipe;
    }

    /** Two things that have one name by turns, as fast as they can. */
    private static final class Turns implements AutoCloseable {

        private final Thread changing;
        private final Path pipe;
        private final Set<String> results = ConcurrentHashMap.newKeySet();
        private volatile boolean over;

        Turns(Path name, Path one, Path pipe) {
            this.pipe = pipe;
            changing = Thread.ofPlatform().start(() -> {
                try {
                    while (!over) {
                        for (Path each : List.of(one, pipe)) {
                            Files.move(each, name);
                            Files.move(name, each);
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        /** Until the action has ended well and in vain often enough. */
        void meet(Callable<String> action) throws Exception {
            FutureTask<@Nullable Void> meetings = new FutureTask<>(() -> {
                int well = 0;
                int inVain = 0;
                while (well < MEETINGS || inVain < MEETINGS) {
                    try {
                        results.add(action.call());
                        well++;
                    } catch (IOException e) {
                        inVain++;
                    }
                }
                return null;
            });
            Thread.ofPlatform().daemon().start(meetings);
            try {
                meetings.get(1, TimeUnit.MINUTES);
            } catch (TimeoutException e) {
                throw new AssertionError("it waits for the pipe", e);
            }
        }

        @Override
        public void close() throws Exception {
            over = true;
            changing.join();
            // Who waits for the pipe waits no longer.
            FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    .close();
        }
    }
}
