package dev.trainyard.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.cli.terminal.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildContextTest {

    @TempDir
    Path temp;

    private Path context;

    @BeforeEach
    void a_context() throws IOException {
        context = Files.createDirectory(temp.resolve("context"));
        write("Dockerfile", "FROM scratch\n");
    }

    @Test
    void entries_are_sorted_and_keep_their_mode_but_not_owner_and_time() throws IOException {
        write("src/models.py", "m");
        write("run.sh", "#!/bin/sh\n");
        Files.setPosixFilePermissions(context.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-x---"));
        Files.createDirectory(context.resolve("empty"));

        List<TarArchiveEntry> entries = entries(pack(null));

        assertThat(entries.stream().map(TarArchiveEntry::getName))
                .containsExactly("Dockerfile", "empty/", "run.sh", "src/", "src/models.py");
        assertThat(entries.get(2).getMode()).isEqualTo(0_750);
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.getLongUserId()).isZero();
            assertThat(entry.getLongGroupId()).isZero();
            assertThat(entry.getUserName()).isEmpty();
            assertThat(entry.getModTime().toInstant()).hasToString("1980-02-01T00:00:00Z");
        });
    }

    @Test
    void equal_content_has_an_equal_digest_at_any_place_and_time() throws IOException {
        write("a/" + "long".repeat(60) + "/ünïcode.txt", "x");
        Path copy = Files.createDirectory(temp.resolve("copy"));
        for (String name : List.of("Dockerfile", "a/" + "long".repeat(60) + "/ünïcode.txt")) {
            Files.createDirectories(copy.resolve(name).getParent());
            Files.copy(context.resolve(name), copy.resolve(name));
            Files.setLastModifiedTime(copy.resolve(name), FileTime.fromMillis(1_000_000_000_000L));
        }

        assertThat(digest(context)).isEqualTo(digest(copy)).startsWith("sha256:");

        Files.writeString(copy.resolve("Dockerfile"), "FROM other\n");
        assertThat(digest(copy)).isNotEqualTo(digest(context));
    }

    @Test
    void the_digest_of_a_fixed_content_never_changes() throws IOException {
        Files.setPosixFilePermissions(context.resolve("Dockerfile"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(digest(context))
                .isEqualTo("sha256:fff157f41bb17c0c23eaba27cee0966a706a1b29fa655b76a794a495a2960041");
    }

    @Test
    void dockerignore_cannot_exclude_the_two_files_that_the_build_needs() throws IOException {
        write(".dockerignore", "*\n!src\n**/*.pyc\n");
        write("data/train.csv", "1");
        write("src/a.py", "a");
        write("src/a.pyc", "a");

        assertThat(names(pack(null))).containsExactly(".dockerignore", "Dockerfile", "src/", "src/a.py");
    }

    @Test
    void a_dockerfile_in_lower_case_is_taken_if_there_is_no_other() throws IOException {
        write(".dockerignore", "*\n");
        write("sub/dockerfile", "FROM scratch\n");
        write("sub/dockerfile.dockerignore", "*\n!b\n");
        write("b", "b");

        try (BuildContext packed = BuildContext.pack(context, "sub/Dockerfile", null, null, null)) {
            assertThat(names(packed)).containsExactly(".dockerignore", "b", "sub/dockerfile");
        }

        write("sub/Dockerfile", "FROM scratch\n");
        try (BuildContext packed = BuildContext.pack(context, "sub/Dockerfile", null, null, null)) {
            assertThat(names(packed)).containsExactly(".dockerignore", "sub/Dockerfile");
        }
    }

    @Test
    void an_exception_restores_its_parent_folders() throws IOException {
        write(".dockerignore", "docs\n!docs/api/keep.md\n");
        write("docs/api/keep.md", "k");
        write("docs/api/drop.md", "d");

        assertThat(names(pack(null)))
                .containsExactly(".dockerignore", "Dockerfile", "docs/", "docs/api/", "docs/api/keep.md");
    }

    @Test
    void a_dockerfile_can_have_its_own_dockerignore() throws IOException {
        write(".dockerignore", "a\n");
        write("gpu.Dockerfile", "FROM scratch\n");
        write("gpu.Dockerfile.dockerignore", "b\n");
        write("a", "a");
        write("b", "b");

        try (BuildContext packed = BuildContext.pack(context, "gpu.Dockerfile", null, null, null)) {
            assertThat(names(packed)).contains("a").doesNotContain("b");
        }
    }

    @Test
    void an_invalid_dockerignore_is_refused_with_its_line() throws IOException {
        write(".dockerignore", "ok\n[a-\n");

        assertThatThrownBy(() -> pack(null))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(
                        context.resolve(".dockerignore") + ": '[a-' is not a valid pattern: a [ is not closed.");
    }

    @Test
    void symbolic_links_stay_links_and_are_not_followed() throws IOException {
        Files.createDirectory(temp.resolve("outside"));
        Files.writeString(temp.resolve("outside/secret"), "s");
        Files.createSymbolicLink(context.resolve("folder"), Path.of("../outside"));
        Files.createSymbolicLink(context.resolve("dangling"), Path.of("/nowhere"));

        List<TarArchiveEntry> entries = entries(pack(null));

        assertThat(entries.stream().map(TarArchiveEntry::getName)).containsExactly("Dockerfile", "dangling", "folder");
        assertThat(entries.get(1).getLinkName()).isEqualTo("/nowhere");
        assertThat(entries.get(2).isSymbolicLink()).isTrue();
        assertThat(entries.get(2).getLinkName()).isEqualTo("../outside");
    }

    @Test
    void a_source_folder_is_packed_under_the_name_that_the_dockerfile_adds() throws IOException {
        write("Dockerfile", "FROM scratch\nADD digits.tar /\n");
        Path source = sourceFolder("digits-v2");

        BuildContext packed = pack(source);

        assertThat(names(packed)).containsExactly("Dockerfile", "digits.tar");
        assertThat(entriesOf(content(packed, "digits.tar")).stream().map(TarArchiveEntry::getName))
                .containsExactly("main.py");
        assertThat(packed.warnings()).isEmpty();
    }

    @Test
    void a_source_that_no_instruction_uses_is_refused_with_both_names() throws IOException {
        write("Dockerfile", "FROM scratch\n");
        byte[] old = aTar();
        write("Dockerfile", "FROM scratch\nADD s.tar /\n");
        Files.write(context.resolve("s.tar"), old);

        assertThatThrownBy(() -> pack(sourceFolder("digits")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("Dockerfile does not use --source")
                .hasMessageContaining("no ADD or COPY names digits.tar; it adds s.tar.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"COPY . /", "ADD $NAME /", "COPY *.tar /"})
    void a_source_that_a_wildcard_may_match_keeps_its_own_name(String instruction) throws IOException {
        write("Dockerfile", "FROM scratch\n" + instruction + "\n");

        BuildContext packed = pack(sourceFolder("digits"));

        assertThat(names(packed)).contains("digits.tar");
        assertThat(packed.warnings()).singleElement().asString().startsWith("Dockerfile does not name digits.tar");
    }

    @Test
    void a_source_folder_replaces_an_older_archive_with_its_name() throws IOException {
        write("Dockerfile", "FROM scratch\nADD digits.tar /\nCOPY other.tar /\n");
        write("digits.tar", "old");
        write("other.tar", "other");

        BuildContext packed = pack(sourceFolder("digits"));

        assertThat(entriesOf(content(packed, "digits.tar"))).hasSize(1);
    }

    @Test
    void a_source_folder_can_have_a_dockerignore() throws IOException {
        Path source = sourceFolder("digits");
        Files.writeString(source.resolve(".dockerignore"), ".dockerignore\nbig\n");
        Files.writeString(source.resolve("big"), "b");
        write("Dockerfile", "FROM scratch\nADD digits.tar /\n");

        BuildContext packed = pack(source);

        assertThat(entriesOf(content(packed, "digits.tar")).stream().map(TarArchiveEntry::getName))
                .containsExactly("main.py");
    }

    @Test
    void an_archive_is_added_unchanged_under_its_own_name() throws IOException {
        byte[] archive = aTar();
        write("Dockerfile", "FROM scratch\nADD sub/my.tar /\n");
        Path source = Files.write(temp.resolve("my.tar"), archive);

        BuildContext packed = pack(source);

        assertThat(content(packed, "sub/my.tar")).isEqualTo(archive);
        assertThat(source).exists();
    }

    @Test
    void all_broken_archives_that_the_dockerfile_adds_are_refused_at_once() throws IOException {
        byte[] tar = aTar();
        write("Dockerfile", "FROM scratch\nADD garbage.tar cut.tar good.tar /\n");
        write("garbage.tar", "<html>not found</html>".repeat(100));
        Files.write(context.resolve("cut.tar"), Arrays.copyOf(tar, 600));
        Files.write(context.resolve("good.tar"), tar);

        assertThatThrownBy(() -> pack(null))
                .isInstanceOf(Failure.class)
                .returns(64, failure -> ((Failure) failure).exitCode())
                .message()
                .contains("Dockerfile adds garbage.tar to unpack it, but %s is not a readable tar archive: "
                        .formatted(context.resolve("garbage.tar")))
                .contains("%s is not a readable tar archive: it ends in the middle. Pack it again, give its folder"
                        .formatted(context.resolve("cut.tar")))
                .doesNotContain("good.tar");
        assertThatThrownBy(() -> pack(sourceFolder("another")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("garbage.tar");
    }

    @Test
    void a_file_that_is_not_unpacked_can_have_any_content() throws IOException {
        write("Dockerfile", "FROM scratch\nCOPY copied.tar /\nADD folder.tar linked.tar weights.bin /\n");
        for (String name : List.of("copied.tar", "folder.tar/inside", "weights.bin", "../outside")) {
            write(name, "no archive");
        }
        Files.createSymbolicLink(context.resolve("linked.tar"), Path.of("../outside"));

        assertThat(names(pack(null))).contains("copied.tar", "folder.tar/inside", "linked.tar", "weights.bin");
    }

    @Test
    void an_archive_missing_from_the_context_is_an_error_with_a_remedy() throws IOException {
        write("Dockerfile", "FROM scratch\nADD digits.tar /\n");

        assertThatThrownBy(() -> pack(null))
                .isInstanceOf(Failure.class)
                .hasMessage(
                        "the Dockerfile adds digits.tar, which is not in %s: the image cannot be built. Give the folder or the archive with --source DIR|TAR, or put digits.tar there."
                                .formatted(context));
    }

    @Test
    void a_source_with_another_name_than_the_dockerfile_adds_is_an_error_with_that_name() throws IOException {
        byte[] archive = aTar();
        write("Dockerfile", "FROM scratch\nADD digits.tar /\n");
        Path source = Files.write(temp.resolve("good.tar"), archive);

        assertThatThrownBy(() -> pack(source))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("adds digits.tar, which is neither in %s nor the name of --source %s"
                        .formatted(context, source))
                .hasMessageContaining("Rename the source to digits.tar");
    }

    @Test
    void archives_of_stages_that_are_not_built_are_not_required() throws IOException {
        String stages = "FROM scratch AS small\nFROM scratch AS large\nADD digits.tar /\nRUN <<EOF\nEOF\n";
        write("Dockerfile", stages);
        try (BuildContext packed = BuildContext.pack(context, "Dockerfile", null, "small", null)) {
            assertThat(packed.warnings()).isEmpty();
        }
    }

    @Test
    void a_dockerfile_that_workers_refuse_is_an_error_before_anything_is_sent() throws IOException {
        write("Dockerfile", "FROM scratch\nRUN <<EOF\nADD digits.tar /\nEOF\n");

        assertThatThrownBy(() -> pack(null))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("Dockerfile: line 2 has a here-document");
    }

    @Test
    void a_context_that_is_too_large_is_refused_with_its_largest_folders() throws IOException {
        sparse("data/train.bin", 400L << 20);
        sparse("data/val.bin", 100L << 20);
        sparse("outputs/last.pt", 50L << 20);

        assertThatThrownBy(() -> pack(null))
                .isInstanceOf(Failure.class)
                .hasMessage(
                        "%s has 550.0 MiB to pack, and the limit of a source is 512.0 MiB. Its largest entries: data (500.0 MiB), outputs (50.0 MiB), Dockerfile (525 B). Mount data instead, and list it in .dockerignore."
                                .formatted(context));
    }

    @Test
    void missing_and_outside_files_are_named() throws IOException {
        Files.delete(context.resolve("Dockerfile"));

        assertThatThrownBy(() -> pack(null))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(context.resolve("Dockerfile") + " cannot be read (there is no such file).");
        assertThatThrownBy(() -> BuildContext.pack(context, "../Dockerfile", null, null, null))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("the Dockerfile ../Dockerfile is outside of the build context");
        write("Dockerfile", "FROM scratch\n");
        assertThatThrownBy(() -> pack(temp.resolve("none.tar")))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(temp.resolve("none.tar") + " cannot be read (there is no such file).");
        assertThatThrownBy(() -> pack(Files.createDirectory(temp.resolve("void"))))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("the source folder " + temp.resolve("void") + " is empty.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/.", "/./", "/src/..", "/src/../"})
    void a_relative_folder_can_be_written_in_any_form(String spelling) throws IOException {
        write("src/main.py", "m");
        Path relative = Path.of("").toAbsolutePath().relativize(context);

        assertThat(digest(Path.of(relative + spelling))).isEqualTo(digest(context));
        assertThat(digest(Files.createSymbolicLink(temp.resolve("link"), context)))
                .isEqualTo(digest(context));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "./", "src/.."})
    void the_current_folder_is_a_context(String spelling) {
        assertThatThrownBy(() -> BuildContext.pack(Path.of(spelling), "none.Dockerfile", null, null, null))
                .hasMessageStartingWith(Path.of("none.Dockerfile").toAbsolutePath() + " cannot be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"./gpu.Dockerfile", "src/../gpu.Dockerfile", "src/./../gpu.Dockerfile"})
    void the_path_of_the_dockerfile_can_be_written_in_any_form(String spelling) throws IOException {
        write("gpu.Dockerfile", "FROM scratch\n");
        write(".dockerignore", "*\n");

        assertThat(names(BuildContext.pack(context, spelling, null, null, null)))
                .contains("gpu.Dockerfile");
    }

    @Test
    void a_dockerfile_that_links_out_of_the_context_is_replaced_by_the_links_target() throws IOException {
        Files.delete(context.resolve("Dockerfile"));
        Files.createSymbolicLink(
                context.resolve("Dockerfile"), Files.writeString(temp.resolve("real"), "FROM scratch\n"));

        assertThat(entries(pack(null)))
                .singleElement()
                .satisfies(entry -> assertThat(entry.isSymbolicLink()).isFalse());
    }

    @Test
    void no_temporary_file_is_left_behind() throws IOException {
        write("Dockerfile", "FROM scratch\nADD digits.tar /\n");
        Path tar;
        try (BuildContext packed = pack(sourceFolder("digits"))) {
            tar = packed.tar();
            assertThat(Files.size(tar)).isEqualTo(packed.size());
        }

        assertThat(tar).doesNotExist();
    }

    private byte[] aTar() throws IOException {
        try (BuildContext some = BuildContext.pack(context, "Dockerfile", null, null, null)) {
            return Files.readAllBytes(some.tar());
        }
    }

    private BuildContext pack(@Nullable Path source) {
        return BuildContext.pack(context, "Dockerfile", null, null, source);
    }

    private static String digest(Path folder) {
        try (BuildContext packed = BuildContext.pack(folder, "Dockerfile", null, null, null)) {
            return packed.digest();
        }
    }

    private void write(String name, String content) throws IOException {
        Path file = context.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void sparse(String name, long size) throws IOException {
        write(name, "");
        try (RandomAccessFile file = new RandomAccessFile(context.resolve(name).toFile(), "rw")) {
            file.setLength(size);
        }
    }

    private Path sourceFolder(String name) throws IOException {
        Path source = Files.createDirectory(temp.resolve(name));
        Files.writeString(source.resolve("main.py"), "print(1)");
        return source;
    }

    private static List<String> names(BuildContext packed) throws IOException {
        return entries(packed).stream().map(TarArchiveEntry::getName).toList();
    }

    private static List<TarArchiveEntry> entries(BuildContext packed) throws IOException {
        return entriesOf(Files.readAllBytes(packed.tar()));
    }

    private static List<TarArchiveEntry> entriesOf(byte[] bytes) throws IOException {
        List<TarArchiveEntry> entries = new ArrayList<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(bytes), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static byte[] content(BuildContext packed, String name) throws IOException {
        try (InputStream in = Files.newInputStream(packed.tar());
                TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().equals(name)) {
                    return tar.readAllBytes();
                }
            }
        }
        throw new AssertionError(name + " is not packed");
    }
}
