package dev.trainyard.worker.output;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Opens what programs have left. Others may write to the same place: what was a file when it was listed may be a link or a pipe by now. */
final class RegularFile {

    private RegularFile() {}

    /** @throws IOException also if it is no regular file: opening a pipe would block for ever, and no interrupt would end it */
    static InputStream open(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(file.toString(), null, "no regular file any more");
        }
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** For between reads: a stream of a file heeds no interrupt by itself. */
    static void heedInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
