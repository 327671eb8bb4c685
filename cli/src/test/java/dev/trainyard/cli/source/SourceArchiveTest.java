package dev.trainyard.cli.source;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.cli.terminal.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceArchiveTest {

    @TempDir
    Path folder;

    @Test
    void plain_and_compressed_tars_are_accepted() throws IOException {
        assertThatCode(() -> SourceArchive.check(file("a.tar", tar()))).doesNotThrowAnyException();
        assertThatCode(() -> SourceArchive.check(file("a.tar.gz", gzip(tar())))).doesNotThrowAnyException();
        assertThatCode(() -> SourceArchive.check(file("a.tar.bz2", bzip2(tar()))))
                .doesNotThrowAnyException();
        assertThatCode(() -> SourceArchive.check(file("a.tar.xz", new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z'})))
                .doesNotThrowAnyException();
    }

    @Test
    void a_broken_archive_is_refused_with_its_name() throws IOException {
        byte[] tar = tar();
        byte[] gzip = gzip(tar);

        refused("half.tar", Arrays.copyOf(tar, 700));
        // main.py has 1800 bytes: a header, four blocks, and the end of the archive.
        for (int length : new int[] {300, 1500, 512 + 1800, 5 * 512, 5 * 512 + 100}) {
            refused("cut.tar", Arrays.copyOf(tar, length));
            refused("cut.tar.gz", gzip(Arrays.copyOf(tar, length)));
        }
        refused("half.tar.gz", Arrays.copyOf(gzip, gzip.length / 2));
        refused("without-checksum.tar.gz", Arrays.copyOf(gzip, gzip.length - 4));
        byte[] bzip2 = bzip2(tar);
        refused("half.tar.bz2", Arrays.copyOf(bzip2, bzip2.length / 2));
        refused("text.tar", "<html>not found</html>".repeat(100).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        refused("empty.tar", new byte[0]);
        refused("nothing.tar", new byte[1024]);
        assertThatThrownBy(() -> SourceArchive.check(folder.resolve("none.tar")))
                .isInstanceOf(Failure.class)
                .hasMessage(folder.resolve("none.tar") + " cannot be read (there is no such file). Check --source.")
                .returns(66, failure -> ((Failure) failure).exitCode());
    }

    private void refused(String name, byte[] content) throws IOException {
        Path file = file(name, content);
        assertThatThrownBy(() -> SourceArchive.check(file))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(file + " is not a readable tar archive: ")
                .message()
                .doesNotContain("..");
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private byte[] tar() throws IOException {
        Path content = Files.writeString(folder.resolve("main.py"), "print(1)\n".repeat(200));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarFile.write(new TreeMap<>(Map.of("main.py", content)), out);
        return out.toByteArray();
    }

    private static byte[] bzip2(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BZip2CompressorOutputStream bzip2 = new BZip2CompressorOutputStream(out)) {
            bzip2.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }
}
