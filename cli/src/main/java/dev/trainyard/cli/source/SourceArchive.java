package dev.trainyard.cli.source;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.text.Sentence;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/** Checks an archive that the build will unpack. Without this check the error would appear late, on the worker, or never. */
final class SourceArchive {

    private static final int BLOCK = 512;

    private SourceArchive() {}

    /**
     * Accepts a folder, which will be packed.
     *
     * @throws Failure if the file does not exist, or is not a tar, or is a broken or empty one
     */
    static void check(Path file) {
        if (Files.isDirectory(file)) {
            return;
        }
        try {
            problem(file).ifPresent(why -> {
                throw new Failure(
                        ExitCode.INVALID,
                        "%s is not a readable tar archive: %s. Pack it again, or give the folder instead of the archive."
                                .formatted(file, why));
            });
        } catch (FileSystemException e) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "%s cannot be read (%s). Check --source.".formatted(file, Failure.reason(e)),
                    e);
        }
    }

    /**
     * Reads the whole file.
     *
     * @return why the file cannot be unpacked as a tar, without a full stop. Empty if it can
     * @throws FileSystemException if the file does not exist or cannot be opened
     */
    static Optional<String> problem(Path file) throws FileSystemException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            // docker build unpacks xz and zstd, but this client cannot read them, so it trusts them.
            if (startsWith(in, 0xFD, '7', 'z') || startsWith(in, 0x28, 0xB5, 0x2F, 0xFD)) {
                return Optional.empty();
            }
            return contentProblem(decompressed(in));
        } catch (FileSystemException e) {
            throw e;
        } catch (EOFException e) {
            return Optional.of("it ends in the middle");
        } catch (IOException | IllegalArgumentException e) {
            String reason = Sentence.open(Failure.reason(e));
            return Optional.of(reason.startsWith("Truncated") ? "it ends in the middle" : reason);
        }
    }

    private static InputStream decompressed(InputStream in) throws IOException {
        if (startsWith(in, 0x1F, 0x8B)) {
            return new GZIPInputStream(in);
        }
        return startsWith(in, 'B', 'Z', 'h') ? new BZip2CompressorInputStream(in, true) : in;
    }

    private static Optional<String> contentProblem(InputStream content) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(content)) {
            int entries = 0;
            long read = tar.getBytesRead();
            while (tar.getNextEntry() != null) {
                tar.transferTo(OutputStream.nullOutputStream());
                entries++;
                read = tar.getBytesRead();
            }
            // A tar ends with blocks of zeros. The library also accepts the end of the file.
            long needed = (read + BLOCK - 1) / BLOCK * BLOCK + BLOCK;
            if (tar.getBytesRead() < needed) {
                return Optional.of("it ends in the middle");
            }
            // Reads the rest, such as the checksum of a compression.
            content.transferTo(OutputStream.nullOutputStream());
            return entries == 0 ? Optional.of("it contains no files") : Optional.empty();
        }
    }

    private static boolean startsWith(InputStream in, int... magic) throws IOException {
        in.mark(magic.length);
        boolean same = true;
        for (int expected : magic) {
            same &= in.read() == expected;
        }
        in.reset();
        return same;
    }
}
