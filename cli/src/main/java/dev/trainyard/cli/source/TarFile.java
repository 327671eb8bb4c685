package dev.trainyard.cli.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.Map.Entry;
import java.util.NavigableMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes reproducible tars: they depend only on names, modes and content, so equal trees give equal bytes. */
final class TarFile {

    /** Not 1970: zip files cannot store times before 1980, and builds may zip these files, for example into Python wheels. */
    private static final Date MODIFIED = Date.from(Instant.parse("1980-02-01T00:00:00Z"));

    private TarFile() {}

    /** @throws Failure if a file cannot be read, or changes while it is packed */
    static void write(NavigableMap<String, Path> files, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        for (Entry<String, Path> file : files.entrySet()) {
            try {
                add(file.getKey(), file.getValue(), tar);
            } catch (IOException e) {
                throw new Failure(
                        ExitCode.NOT_FOUND,
                        "%s cannot be packed (%s). Stop programs that write to it, or exclude it in .dockerignore."
                                .formatted(file.getValue(), Failure.reason(e)),
                        e);
            }
        }
        tar.finish();
        tar.flush();
    }

    private static void add(String name, Path path, TarArchiveOutputStream tar) throws IOException {
        boolean folder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        boolean link = Files.isSymbolicLink(path);
        TarArchiveEntry entry = link
                ? new TarArchiveEntry(name, TarConstants.LF_SYMLINK)
                : new TarArchiveEntry(folder ? name + "/" : name);
        entry.setModTime(MODIFIED);
        entry.setMode(FileTree.mode(path));
        if (link) {
            entry.setLinkName(Files.readSymbolicLink(path).toString());
        } else if (!folder) {
            entry.setSize(Files.size(path));
        }
        tar.putArchiveEntry(entry);
        if (!folder && !link) {
            Files.copy(path, tar);
        }
        tar.closeArchiveEntry();
    }
}
