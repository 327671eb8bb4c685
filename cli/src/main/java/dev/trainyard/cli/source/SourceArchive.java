package dev.trainyard.cli.source;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** An archive that is handed in, checked here since a build that fails on it is far away and much later. */
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
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            // Other compressions, which docker build also unpacks, are taken on trust.
            if (startsWith(in, 'B', 'Z', 'h') || startsWith(in, 0xFD, '7', 'z')) {
                return;
            }
            try (TarArchiveInputStream tar =
                    new TarArchiveInputStream(startsWith(in, 0x1F, 0x8B) ? new GZIPInputStream(in) : in)) {
                int entries = 0;
                long read = tar.getBytesRead();
                while (tar.getNextEntry() != null) {
                    tar.transferTo(OutputStream.nullOutputStream());
                    entries++;
                    read = tar.getBytesRead();
                }
                // A tar ends with blocks of zeros; the library takes the end of the file for as good.
                long content = (read + BLOCK - 1) / BLOCK * BLOCK;
                if (tar.getBytesRead() < content + BLOCK) {
                    throw broken(file, "it ends in the middle", null);
                }
                if (entries == 0) {
                    throw broken(file, "it has no files in it", null);
                }
            }
        } catch (FileSystemException e) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "%s cannot be read (%s). Check --source.".formatted(file, Failure.reason(e)),
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw broken(file, e instanceof EOFException ? "it ends in the middle" : Failure.reason(e), e);
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

    private static Failure broken(Path file, String why, @Nullable Exception cause) {
        return new Failure(
                ExitCode.INVALID,
                "%s is no readable tar archive: %s. Pack it anew, or give the folder instead of the archive."
                        .formatted(file, why.replaceFirst("\\.+$", "")),
                cause);
    }
}
