package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.trainyard.core.lifecycle.Cause;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ContextCheckTest {

    @Test
    void an_honest_context_passes_plain_or_compressed() throws InterruptedException {
        byte[] tar = new Tar()
                .dockerfile("FROM busybox")
                .file("src/train.py", "print()")
                .symbolicLink("latest", "/absolute/links/are/resolved/within/the/context")
                .bytes();

        assertThat(check(tar))
                .usingRecursiveComparison()
                .ignoringFields("links")
                .isEqualTo(
                        new ContextCheck.Facts(3, 20, "Dockerfile", "FROM busybox\n", new ContextLinks("Dockerfile")));
        assertThat(check(Tar.gzipped(tar))).usingRecursiveComparison().isEqualTo(check(tar));
    }

    static Stream<Arguments> dishonest() {
        byte[] whole = new Tar()
                .dockerfile("FROM busybox")
                .file("data", "x".repeat(5000))
                .bytes();
        byte[] noise = new byte[2000];
        new Random(1).nextBytes(noise);
        return Stream.of(
                argumentSet("way up", new Tar().file("../../etc/passwd", "").bytes(), "'../../etc/passwd' leads out"),
                argumentSet("way up within", new Tar().file("a/../../b", "").bytes(), "leads out"),
                argumentSet("absolute", new Tar().file("/etc/passwd", "").bytes(), "leads out"),
                argumentSet(
                        "link out", new Tar().hardLink("a", "../../etc/shadow").bytes(), "outside its folder"),
                argumentSet("device", new Tar().device("null").bytes(), "neither file, folder nor link"),
                argumentSet("nothing", new byte[0], "empty"),
                argumentSet("cut off", Arrays.copyOf(whole, 2048), "not a readable tar"),
                argumentSet("noise", noise, "not a readable tar"),
                argumentSet("text", "hello".repeat(500).getBytes(StandardCharsets.UTF_8), "not a readable tar"),
                argumentSet("bomb", bomb(), "8 GiB"));
    }

    @ParameterizedTest
    @MethodSource("dishonest")
    void other_files_are_not_a_source(byte[] tar, String complaint) {
        ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> check(tar));

        assertThat(failure.verdict()).isEqualTo(Cause.SOURCE_MISSING);
        assertThat(failure).hasMessageContaining(complaint).hasMessageContaining("sha256:digest");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            RUN --mount=type=cache,target=/root/.cache pip install torch | true
            COPY --chmod=755 run.sh /run.sh | true
            run echo --mountain | false
            RUN echo "a << b" | false
            COPY --from=build /x /x | false
            run --network=none true | true
            COPY --link a b | true
            RUN train --link a | false
            """)
    void features_that_only_buildkit_has_are_detected(String line, boolean needsBuildKit) throws InterruptedException {
        byte[] tar = new Tar()
                .file("./docker/Dockerfile.gpu", "FROM busybox\n" + line + "\n")
                .bytes();

        String read = ContextCheck.of(holding(tar), "sha256:digest", "docker/Dockerfile.gpu")
                .dockerfile();

        assertThat(Dockerfile.of(read, null).needsBuildKit()).isEqualTo(needsBuildKit);
    }

    @Test
    void a_failure_of_the_store_is_reported_as_such() {
        InputStream failing = new SequenceInputStream(
                new ByteArrayInputStream(new Tar().dockerfile("FROM busybox").bytes()), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("its digest is another");
                    }
                });

        ImageFailure failure = catchThrowableOfType(
                ImageFailure.class, () -> ContextCheck.of(digest -> failing, "sha256:digest", "Dockerfile"));

        assertThat(failure.verdict()).isEqualTo(Cause.SOURCE_MISSING);
        assertThat(failure).hasMessageContaining("its digest is another");
    }

    @Test
    void a_context_without_its_dockerfile_cannot_be_built() {
        ImageFailure failure = catchThrowableOfType(
                ImageFailure.class, () -> check(new Tar().file("README", "").bytes()));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("Dockerfile");
    }

    @ParameterizedTest
    @CsvSource({
        "Dockerfile, dockerfile, dockerfile",
        "a/b/Dockerfile, a/b/dockerfile, a/b/dockerfile",
        "./Dockerfile, dockerfile, dockerfile",
    })
    void a_dockerfile_in_lower_case_replaces_a_missing_one(String asked, String there, String taken)
            throws InterruptedException {
        byte[] alone = new Tar().file(there, "FROM a\n").file("x", "").bytes();
        byte[] beside =
                new Tar().file(there, "FROM a\n").file(asked, "FROM b\n").bytes();

        ContextCheck.Facts facts = ContextCheck.of(holding(alone), "sha256:digest", asked);

        assertThat(facts.path()).isEqualTo(taken);
        assertThat(facts.dockerfile()).isEqualTo("FROM a\n");
        assertThat(ContextCheck.of(holding(beside), "sha256:digest", asked).dockerfile())
                .isEqualTo("FROM b\n");
    }

    @ParameterizedTest
    @CsvSource({
        "Dockerfile.gpu, dockerfile.gpu",
        "gpu.Dockerfile, gpu.dockerfile",
        "Dockerfile, DOCKERFILE",
        "dockerfile, Dockerfile"
    })
    void no_other_name_is_another_in_lower_case(String asked, String there) {
        byte[] tar = new Tar().file(there, "FROM a\n").bytes();

        assertThatThrownBy(() -> ContextCheck.of(holding(tar), "sha256:digest", asked))
                .hasMessageContaining("has no file " + asked);
    }

    static Stream<Arguments> hiddenDockerfiles() {
        return Stream.of(
                argumentSet(
                        "a link", new Tar().file("other", "FROM x").symbolicLink("Dockerfile", "other"), "is a link"),
                argumentSet(
                        "a hard link", new Tar().file("other", "FROM x").hardLink("Dockerfile", "other"), "is a link"),
                argumentSet(
                        "replaced by a link",
                        new Tar().dockerfile("FROM x").symbolicLink("./Dockerfile", "other"),
                        "is a link"),
                argumentSet(
                        "longer than what is read",
                        new Tar().dockerfile("#".repeat(1 << 20), "FROM x"),
                        "larger than 1 MiB"));
    }

    @Test
    void bytes_that_are_not_utf8_are_reported_with_their_line() {
        byte[] tar = new Tar().dockerfile("FROM x", "# G?nther").bytes();
        for (int at = 0; at < tar.length; at++) {
            tar[at] = tar[at] == '?' ? (byte) 0xFC : tar[at];
        }

        ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> check(tar));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("line 2").hasMessageContaining("Save it as UTF-8");
    }

    @ParameterizedTest
    @MethodSource("hiddenDockerfiles")
    void a_dockerfile_that_differs_from_the_checked_one_is_not_built(Tar tar, String complaint) {
        ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> check(tar.bytes()));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining(complaint);
    }

    @Test
    void nor_one_behind_a_link_that_replaced_its_folder() {
        byte[] tar =
                new Tar().file("d/Dockerfile", "FROM x").symbolicLink("d", "e").bytes();

        ImageFailure failure = catchThrowableOfType(
                ImageFailure.class, () -> ContextCheck.of(holding(tar), "sha256:digest", "d/Dockerfile"));

        assertThat(failure).hasMessageContaining("is below 'd'");
    }

    @Test
    void a_long_dockerfile_is_read_to_its_end() throws InterruptedException {
        byte[] tar = new Tar()
                .dockerfile("\n".repeat(900_000), "FROM busybox", "RUN --mount=type=cache,target=/c true")
                .bytes();

        assertThat(Dockerfile.of(check(tar).dockerfile(), null).needsBuildKit()).isTrue();
    }

    @Test
    void an_interrupt_ends_the_check() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> check(new Tar().dockerfile("FROM busybox").bytes()))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    /** The library would keep each of them in memory, whole. Headers of this kind end a worker's process. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x | 943718400 comment=
            g | 943718400 comment=
            x | 943718400 SCHILY.xattr.user.x=
            x | 943718400 path=
            L | a
            K | a
            """)
    void unlimited_headers_are_refused_and_not_read_to_their_end(char kind, String begin) {
        TarArchiveEntry entry = new TarArchiveEntry("././@LongLink", (byte) kind, true);
        entry.setSize(900L << 20);
        byte[] header = new byte[512];
        writeHeader(entry, header);
        AtomicLong read = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return read.incrementAndGet() > 900L << 20 ? -1 : 'x';
            }
        };
        InputStream tar = new SequenceInputStream(
                new ByteArrayInputStream(header),
                new SequenceInputStream(new ByteArrayInputStream(begin.getBytes(StandardCharsets.UTF_8)), endless));

        ImageFailure failure = catchThrowableOfType(
                ImageFailure.class, () -> ContextCheck.of(digest -> tar, "sha256:digest", "Dockerfile"));

        assertThat(failure.verdict()).isEqualTo(Cause.SOURCE_MISSING);
        assertThat(failure).hasMessageContaining("more than 256 KiB of headers");
        assertThat(read).hasValueLessThan(4 << 20);
    }

    @Test
    void global_headers_do_not_add_up() {
        Tar tar = new Tar();
        for (int i = 0; i < 20; i++) {
            tar.globalHeader("user.attribute" + i, "x".repeat(50_000)).file("file" + i, "");
        }

        assertThatThrownBy(() -> check(tar.bytes())).hasMessageContaining("global headers are larger");
    }

    /** The engine gives them to each entry, and 60 KB of a compressed tar are gigabytes of them. */
    @Test
    void global_headers_count_for_each_entry() {
        Tar tar = new Tar().globalHeader("user.attribute", "x".repeat(200_000));
        for (int i = 0; i < 300; i++) {
            tar.file("file" + i, "");
        }

        assertThatThrownBy(() -> check(tar.bytes())).hasMessageContaining("attributes of all entries are larger");
    }

    @Test
    void folders_that_no_entry_tells_count_as_entries() {
        Tar tar = new Tar().dockerfile("FROM busybox");
        for (int i = 0; i < 110; i++) {
            tar.file(i + "/a".repeat(1900), "");
        }

        assertThatThrownBy(() -> check(tar.bytes())).hasMessageContaining("more than 200000 entries");
    }

    @Test
    void a_folder_that_an_entry_tells_later_counts_once() throws InterruptedException {
        byte[] tar = new Tar()
                .dockerfile("FROM busybox")
                .file("a/b/c", "")
                .folder("a")
                .folder("a/b")
                .folder("a")
                .bytes();

        assertThat(check(tar).entries()).isEqualTo(5);
    }

    @Test
    void a_parent_folder_of_an_entry_cannot_become_a_file() {
        byte[] tar = new Tar()
                .dockerfile("FROM busybox")
                .file("a/b", "")
                .file("a", "")
                .bytes();

        assertThatThrownBy(() -> check(tar)).hasMessageContaining("entry 'a' is repeated");
    }

    @Test
    void names_are_limited_in_bytes_each_and_together() {
        byte[] one = new Tar().file("\u0436".repeat(2100), "").bytes();
        Tar many = new Tar();
        for (int i = 0; i < 4200; i++) {
            many.file(i + "\u0436".repeat(2000), "");
        }

        assertThatThrownBy(() -> check(one)).hasMessageContaining("names are too long");
        assertThatThrownBy(() -> check(many.bytes())).hasMessageContaining("names are too long");
    }

    private static ContextCheck.Facts check(byte[] tar) throws InterruptedException {
        return ContextCheck.of(holding(tar), "sha256:digest", "Dockerfile");
    }

    private static BuildContexts holding(byte[] tar) {
        return digest -> new ByteArrayInputStream(tar);
    }

    private static void writeHeader(TarArchiveEntry entry, byte[] header) {
        try {
            entry.writeEntryHeader(header, ZipEncodingHelper.getZipEncoding("UTF-8"), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A header that announces nine gigabytes. */
    private static byte[] bomb() {
        TarArchiveEntry entry = new TarArchiveEntry("zeros", true);
        entry.setSize(9L << 30);
        byte[] header = new byte[512];
        writeHeader(entry, header);
        return Arrays.copyOf(header, 4096);
    }
}
