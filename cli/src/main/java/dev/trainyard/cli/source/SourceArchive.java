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

/** An archive that the build is to unpack, checked here since a build that fails on it, or takes it for no archive, is far away and much later. */
final class SourceArchive {

    private static final int BLOCK = 512;

    private SourceArchive() {}

    /**
     * A folder, which is packed, passes.
     *
     * @throws Failure if the file is not there, or no tar, or a broken or empty one
     */
    static void check(Path file) {
        if (Files.isDirectory(file)) {
            return;
        }
        try {
            problem(file).ifPresent(why -> {
                throw new Failure(
                        ExitCode.INVALID,
                        "%s is no readable tar archive: %s. Pack it anew, or give the folder instead of the archive."
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
     * Reads the file through to its end.
     *
     * @return why it is no tar that can be unpacked, without a full stop; empty: it is one
     * @throws FileSystemException if there is no such file, or it may not be read
     */
    static Optional<String> problem(Path file) throws FileSystemException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            // Compressions that nothing here can read, and docker build unpacks, are taken on trust: xz and zstd.
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
            // A tar ends with blocks of zeros; the library takes the end of the file for as good.
            long needed = (read + BLOCK - 1) / BLOCK * BLOCK + BLOCK;
            if (tar.getBytesRead() < needed) {
                return Optional.of("it ends in the middle");
            }
            // What follows the last entry, such as a compression's checksum.
            content.transferTo(OutputStream.nullOutputStream());
            return entries == 0 ? Optional.of("it has no files in it") : Optional.empty();
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
