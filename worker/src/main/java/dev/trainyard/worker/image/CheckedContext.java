package dev.trainyard.worker.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Looks through a build context before the engine gets it: whoever publishes a request may have sent anything. */
final class CheckedContext {

    private static final int MAX_ENTRIES = 500_000;
    private static final long MAX_UNPACKED = 8L << 30;

    private final InputStream tar;
    private final String dockerfile;

    CheckedContext(InputStream tar, String dockerfile) {
        this.tar = tar;
        this.dockerfile = dockerfile;
    }

    /** @throws IOException with what is wrong with it, for people */
    void check() throws IOException {
        boolean found = false;
        int entries = 0;
        long unpacked = 0;
        String wanted = Path.of(dockerfile).normalize().toString();
        TarArchiveInputStream archive = new TarArchiveInputStream(tar);
        TarArchiveEntry entry;
        while ((entry = archive.getNextEntry()) != null) {
            Path path = Path.of("/context").resolve(entry.getName()).normalize();
            if (entry.getName().startsWith("/") || !path.startsWith("/context")) {
                throw new IOException("its entry %s lies outside of it".formatted(entry.getName()));
            }
            unpacked += entry.getRealSize();
            if (++entries > MAX_ENTRIES || unpacked > MAX_UNPACKED) {
                throw new IOException(
                        "it unpacks to more than %d files or %d GiB".formatted(MAX_ENTRIES, MAX_UNPACKED >> 30));
            }
            found |= entry.isFile()
                    && Path.of("/context").relativize(path).toString().equals(wanted);
        }
        // To the very end, where the store says whether the content is what its digest says.
        tar.transferTo(java.io.OutputStream.nullOutputStream());
        if (entries == 0) {
            throw new IOException("it is no tar archive, or an empty one");
        }
        if (!found) {
            throw new IOException("it has no file %s to build from".formatted(dockerfile));
        }
    }
}
