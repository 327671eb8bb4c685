package dev.trainyard.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.trainyard.worker.output.OutputFile.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputManifestTest {

    private static final String SHA_256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path folder;

    @Test
    void every_file_is_listed_with_size_digest_and_time() throws Exception {
        Instant modified = Instant.parse("2026-01-02T03:04:05Z");
        Files.setLastModifiedTime(write("runs/1/model.pt", "abc"), FileTime.from(modified));
        write("a file with spaces and ünïcode.txt", "");

        OutputManifest manifest = manifest(folder);

        assertThat(manifest.complete()).isTrue();
        assertThat(manifest.notes()).isEmpty();
        assertThat(manifest.files())
                .extracting(OutputFile::path)
                .containsExactly("a file with spaces and ünïcode.txt", "runs/1/model.pt");
        assertThat(manifest.files().get(1))
                .isEqualTo(new OutputFile(
                        Path.of("runs/1/model.pt"), "runs/1/model.pt", Kind.CHECKPOINT, 3, SHA_256_OF_ABC, modified));
    }

    @Test
    void links_are_listed_as_links_and_not_followed() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "abc");
        Path outputs = Files.createDirectory(folder.resolve("outputs"));
        Files.createSymbolicLink(outputs.resolve("file"), outside.resolve("secret"));
        Files.createSymbolicLink(outputs.resolve("folder"), outside);
        Files.createSymbolicLink(outputs.resolve("dangling"), Path.of("nowhere"));

        OutputManifest manifest = manifest(outputs);

        assertThat(manifest.files()).extracting(OutputFile::path).containsExactly("dangling", "file", "folder");
        assertThat(manifest.files()).extracting(OutputFile::kind).containsOnly(Kind.LINK);
        Files.delete(outputs.resolve("dangling"));
        Files.createSymbolicLink(outputs.resolve("dangling"), Path.of("elsewhere"));
        assertThat(manifest(outputs).files().getFirst().sha256())
                .isNotNull()
                .isNotEqualTo(manifest.files().getFirst().sha256());
        assertThat(manifest.complete()).isTrue();
        assertThat(manifest.notes()).isEmpty();
    }

    @Test
    void a_pipe_without_a_writer_does_not_block() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", folder.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        write("after", "abc");

        OutputManifest manifest = manifest(folder);

        assertThat(manifest.files()).extracting(OutputFile::path).containsExactly("after");
        assertThat(manifest.notes()).singleElement().asString().contains("pipe");
    }

    @Test
    void an_interrupt_ends_it_even_at_the_last_file() throws IOException {
        write("only", "abc");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> manifest(folder)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void an_interrupt_ends_it_within_a_file_that_takes_long_to_read() throws Exception {
        try (RandomAccessFile large =
                new RandomAccessFile(folder.resolve("large").toFile(), "rw")) {
            large.setLength(1L << 40);
        }
        AtomicReference<Exception> ended = new AtomicReference<>();
        Thread reader = Thread.ofPlatform().daemon().start(() -> {
            try {
                manifest(folder);
            } catch (IOException | InterruptedException e) {
                ended.set(e);
            }
        });
        await().until(() -> Stream.of(reader.getStackTrace())
                .anyMatch(frame -> frame.getClassName().contains("MessageDigest")));

        reader.interrupt();
        reader.join();

        assertThat(ended).hasValueMatching(InterruptedException.class::isInstance);
    }

    @Test
    void files_that_are_not_read_after_the_stop_are_listed_without_a_digest() throws Exception {
        write("a", "abc");
        try (RandomAccessFile large = new RandomAccessFile(folder.resolve("b").toFile(), "rw")) {
            large.setLength(1L << 40);
        }
        write("c", "abc");
        AtomicReference<@Nullable String> enough = new AtomicReference<>();

        OutputManifest manifest;
        try (OpenFolder open = OpenFolder.at(folder)) {
            manifest = OutputManifest.of(
                    open,
                    null,
                    (bytes, all) -> {
                        if (bytes > 10L << 20) {
                            enough.set("that will do");
                        }
                    },
                    enough::get);
        }

        assertThat(manifest.complete()).isFalse();
        assertThat(manifest.files())
                .extracting(OutputFile::path, OutputFile::size)
                .containsExactly(tuple("a", 3L), tuple("b", 1L << 40), tuple("c", 3L));
        assertThat(manifest.files().get(1).sha256()).isNull();
        // Which file is read first, the file system decides.
        assertThat(manifest.missing())
                .singleElement()
                .asString()
                .matches("[123] files are listed without a digest: that will do");
    }

    @Test
    void names_that_are_not_utf8_are_read_and_distinguished() throws Exception {
        shell(
                "printf a > \"$(printf 'a\\377')\"; printf b > \"$(printf 'a\\376')\"; printf c > 'a\\xff'; printf d > \"$(printf 'x\\ny\\033')\"");
        shell("mkdir \"$(printf 'd\\200')\" && printf e > \"$(printf 'd\\200')/ü\"");

        OutputManifest manifest = manifest(folder);

        assertThat(manifest.files())
                .extracting(file -> file.path() + " " + file.size())
                .containsExactly("a\\\\xff 1", "a\\xfe 1", "a\\xff 1", "d\\x80/ü 1", "x\\x0ay\\x1b 1");
        assertThat(manifest.files()).extracting(OutputFile::sha256).doesNotHaveDuplicates();
        assertThat(manifest.complete()).isTrue();
    }

    @Test
    void the_longest_names_are_read_and_folders_that_are_too_deep_are_reported() throws Exception {
        String longest = "n".repeat(255);
        shell("for i in $(seq 30); do mkdir %1$s; cd %1$s; done; printf a > %1$s".formatted(longest));
        shell("for i in $(seq 200); do mkdir d; cd d; done; printf a > f");

        OutputManifest manifest = manifest(folder);
        // JUnit could not, by paths.
        shell("rm -rf d n*");

        assertThat(manifest.files()).extracting(OutputFile::path).containsExactly((longest + "/").repeat(30) + longest);
        assertThat(manifest.complete()).isFalse();
        assertThat(manifest.notes()).singleElement().asString().contains("deeper than 100 folders");
    }

    /** In a process of its own, whose heap holds neither their names nor a note of each. */
    @Test
    void a_folder_of_60_000_links_is_listed_in_a_small_heap() throws Exception {
        for (int i = 0; i < 60_000; i++) {
            Files.createSymbolicLink(folder.resolve("link-" + i), Path.of("nowhere"));
        }
        write("model.pt", "abc");

        Process listing = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx10m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ListFolder.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();

        assertThat(new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("files [model.pt], links 1000, notes 21, complete true\n");
    }

    /** Prints what a folder holds. */
    static final class ListFolder {

        private ListFolder() {}

        public static void main(String[] args) throws Exception {
            OutputManifest manifest = manifest(Path.of(args[0]));
            System.out.printf(
                    "files %s, links %d, notes %d, complete %s%n",
                    manifest.files().stream()
                            .filter(file -> file.kind() != Kind.LINK)
                            .map(OutputFile::path)
                            .toList(),
                    manifest.files().stream()
                            .filter(file -> file.kind() == Kind.LINK)
                            .count(),
                    manifest.notes().size(),
                    manifest.complete());
        }
    }

    @Test
    void of_more_files_than_are_listed_checkpoints_are_listed_first_and_it_is_said() throws Exception {
        for (int i = 0; i < 50; i++) {
            write("other-" + i, "");
            write("curves/tfevents-" + i, "");
        }
        write("z.pt", "abc");
        write("a/b/c.pt", "abc");

        FolderListing listing = listing(null, 20);

        assertThat(listing.files())
                .hasSize(20)
                .extracting(FolderListing.Found::path)
                .contains("z.pt", "a/b/c.pt")
                .noneMatch(path -> path.startsWith("other"));
        assertThat(listing.complete()).isFalse();
        assertThat(listing.notes()).singleElement().asString().contains("more than 20 files");
    }

    @Test
    void files_that_others_have_left_keep_none_of_this_attempts_from_being_listed() throws Exception {
        for (int i = 0; i < 50; i++) {
            write("old-" + i, "");
        }
        EarlierFiles earlier = earlier();
        write("new", "");

        FolderListing listing = listing(earlier, 10);

        assertThat(listing.files()).extracting(FolderListing.Found::path).containsExactly("new");
    }

    private FolderListing listing(@Nullable EarlierFiles earlier, int atMost) throws IOException, InterruptedException {
        try (OpenFolder open = OpenFolder.at(folder)) {
            return FolderListing.of(open, earlier, atMost);
        }
    }

    @Test
    void the_number_of_bytes_read_is_reported() throws Exception {
        write("a", "abc");
        write("b", "defgh");
        List<String> told = new ArrayList<>();

        try (OpenFolder open = OpenFolder.at(folder)) {
            OutputManifest.of(open, null, (bytes, all) -> told.add(bytes + " of " + all), () -> null);
        }

        assertThat(told).last().isEqualTo("8 of 8");
    }

    private void shell(String script) throws Exception {
        assertThat(new ProcessBuilder("bash", "-c", script)
                        .directory(folder.toFile())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    private static OutputManifest manifest(Path folder) throws IOException, InterruptedException {
        return manifest(folder, null);
    }

    private static OutputManifest manifest(Path folder, @Nullable EarlierFiles earlier)
            throws IOException, InterruptedException {
        try (OpenFolder open = OpenFolder.at(folder)) {
            return OutputManifest.of(open, earlier, (bytes, all) -> {}, () -> null);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "model.pt, CHECKPOINT",
        "epoch-3.PTH, CHECKPOINT",
        "weights.safetensors, CHECKPOINT",
        "digits.npz, CHECKPOINT",
        "checkpoint-500/pytorch_model.bin, CHECKPOINT",
        "data/train.bin, OTHER",
        "runs/a/events.out.tfevents.1700000000.host.1.0, TENSORBOARD",
        "train.log, LOG",
        "metrics.csv, OTHER",
        "README, OTHER"
    })
    void the_name_tells_the_kind(String path, Kind kind) {
        assertThat(Kind.of(path)).isEqualTo(kind);
    }

    private Path write(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void in_a_shared_folder_only_new_or_changed_files_are_listed() throws Exception {
        FileTime longAgo = FileTime.from(Instant.parse("2020-01-02T03:04:05Z"));
        for (String name : List.of("old.pt", "runs/old.pt", "grown", "rewritten", "replaced", "moved", "gone")) {
            Files.setLastModifiedTime(write(name, "abc"), longAgo);
        }
        EarlierFiles earlier = EarlierFiles.of(earlier().bytes());

        // At once, as a program does whose start the engine records a moment later.
        write("new.pt", "abc");
        Files.writeString(folder.resolve("grown"), "d", StandardOpenOption.APPEND);
        Files.setLastModifiedTime(write("rewritten", "xyz"), longAgo);
        Files.setLastModifiedTime(write("fresh", "abc"), longAgo);
        Files.move(folder.resolve("fresh"), folder.resolve("replaced"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(folder.resolve("moved"), folder.resolve("runs/moved"));
        Files.delete(folder.resolve("gone"));

        OutputManifest manifest = manifest(folder, earlier);

        assertThat(manifest.files())
                .extracting(OutputFile::path)
                .containsExactly("grown", "new.pt", "replaced", "rewritten", "runs/moved");
        assertThat(manifest.present())
                .contains("old.pt", "runs/old.pt", "new.pt")
                .doesNotContain("gone");
        assertThat(manifest.complete()).isTrue();
    }

    @Test
    void where_not_all_could_be_looked_at_before_the_time_of_change_decides_and_the_listing_says_so() throws Exception {
        write("old", "abc");
        write("older", "abc");
        EarlierFiles earlier;
        try (OpenFolder open = OpenFolder.at(folder)) {
            earlier = EarlierFiles.of(EarlierFiles.in(open, 1, () -> 0).bytes());
        }
        write("new", "abc");

        OutputManifest manifest = manifest(folder, earlier);

        assertThat(manifest.files()).extracting(OutputFile::path).contains("new");
        assertThat(manifest.complete()).isFalse();
        assertThat(manifest.missing()).singleElement().asString().contains("those that changed since");
    }

    @Test
    void a_look_at_a_folder_before_ends_in_time() throws Exception {
        write("a", "");
        write("b/c", "");
        AtomicLong now = new AtomicLong();
        try (OpenFolder open = OpenFolder.at(folder)) {
            EarlierFiles earlier = EarlierFiles.in(open, 10, () -> now.getAndAdd(15_000_000_000L));

            assertThat(earlier.doubts()).hasSize(1);
        }
    }

    private EarlierFiles earlier() throws IOException {
        try (OpenFolder open = OpenFolder.at(folder)) {
            return EarlierFiles.in(open);
        }
    }
}
