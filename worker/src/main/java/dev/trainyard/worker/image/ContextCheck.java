package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Whether a build context is an honest tar: nothing that leaves its folder, no devices, no bomb. */
final class ContextCheck {

    static final int MOST_ENTRIES = 200_000;
    static final long MOST_BYTES = 8L << 30;
    private static final int MOST_OF_DOCKERFILE = 1 << 20;

    private ContextCheck() {}

    /**
     * What the check found.
     *
     * @param dockerfile the text of the Dockerfile
     */
    record Facts(int entries, long bytes, String dockerfile) {}

    /**
     * Reads the context to its end.
     *
     * @throws ImageFailure SOURCE_MISSING, saying what is wrong with it; IMAGE_BUILD_FAILED if it has no Dockerfile
     */
    static Facts of(BuildContexts contexts, String digest, String dockerfile) throws InterruptedException {
        try (SourceStream stored = SourceStream.open(contexts, digest)) {
            try {
                Facts facts = read(stored, dockerfile);
                // To the very end, where the store says whether the content is what its digest says.
                stored.transferTo(OutputStream.nullOutputStream());
                return facts;
            } catch (Dishonest e) {
                throw missing(digest, String.valueOf(e.getMessage()));
            } catch (InterruptedIOException e) {
                boolean unused = Thread.interrupted();
                throw new InterruptedException("interrupted while the source was checked");
            } catch (IOException | IllegalArgumentException e) {
                if (stored.failure() != null) {
                    throw stored.failure();
                }
                // commons-compress says both for headers that are none.
                throw missing(digest, "no readable tar: " + e.getMessage());
            }
        }
    }

    private static ImageFailure missing(String digest, String what) {
        return new ImageFailure(Cause.SOURCE_MISSING, "the source %s: %s".formatted(digest, what));
    }

    private static Facts read(InputStream stored, String dockerfile) throws IOException, Dishonest {
        int entries = 0;
        long bytes = 0;
        String found = null;
        TarArchiveInputStream tar = new TarArchiveInputStream(plain(stored));
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            check(entry);
            entries++;
            bytes += Math.max(0, entry.getRealSize());
            if (entries > MOST_ENTRIES) {
                throw new Dishonest("more than %d entries; does data belong into the source?".formatted(MOST_ENTRIES));
            }
            if (bytes > MOST_BYTES) {
                throw new Dishonest(
                        "more than %d GiB unpacked; does data belong into the source?".formatted(MOST_BYTES >> 30));
            }
            if (isOnTheWay(entry, dockerfile)) {
                found = dockerfile(entry, tar, dockerfile);
            }
        }
        if (entries == 0) {
            throw new Dishonest("an empty tar");
        }
        if (found == null) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED, "the source has no file %s to build from".formatted(dockerfile));
        }
        return new Facts(entries, bytes, found);
    }

    /** Whether it is the Dockerfile, or stands where a folder above it has to be. */
    private static boolean isOnTheWay(TarArchiveEntry entry, String dockerfile) {
        return Path.of(dockerfile)
                        .normalize()
                        .startsWith(Path.of(entry.getName()).normalize())
                && !entry.isDirectory()
                && !normalised(entry.getName()).isEmpty();
    }

    /** What is read here has to be what the engine reads: all of it, and no other file by way of a link. */
    private static String dockerfile(TarArchiveEntry entry, InputStream content, String dockerfile) throws IOException {
        if (!normalised(entry.getName()).equals(normalised(dockerfile)) || entry.isLink() || entry.isSymbolicLink()) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the Dockerfile %s is a link, or lies behind '%s', which is no folder. Put the file itself there"
                            .formatted(dockerfile, entry.getName()));
        }
        byte[] text = content.readNBytes(MOST_OF_DOCKERFILE + 1);
        if (text.length > MOST_OF_DOCKERFILE) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED, "the Dockerfile %s is larger than 1 MiB".formatted(dockerfile));
        }
        return decoded(text, dockerfile);
    }

    private static String decoded(byte[] text, String dockerfile) {
        ByteBuffer in = ByteBuffer.wrap(text);
        CharBuffer out = CharBuffer.allocate(text.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
            long line = IntStream.range(0, in.position())
                            .filter(at -> text[at] == '\n')
                            .count()
                    + 1;
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the Dockerfile %s has bytes in line %d that are no UTF-8. Save it as UTF-8"
                            .formatted(dockerfile, line));
        }
        return out.flip().toString();
    }

    private static void check(TarArchiveEntry entry) throws Dishonest {
        String name = entry.getName();
        if (leaves(name)) {
            throw new Dishonest("entry '%s' leads out of its folder".formatted(name));
        }
        if (entry.isLink() && leaves(entry.getLinkName())) {
            throw new Dishonest("entry '%s' links to '%s' outside its folder".formatted(name, entry.getLinkName()));
        }
        if (entry.isBlockDevice() || entry.isCharacterDevice() || entry.isFIFO()) {
            throw new Dishonest("entry '%s' is neither file, folder nor link".formatted(name));
        }
    }

    private static boolean leaves(String name) {
        return name.startsWith("/") || Arrays.asList(name.split("/")).contains("..");
    }

    private static String normalised(String name) {
        return Path.of(name).normalize().toString();
    }

    /** The engine takes compressed contexts, too. */
    private static InputStream plain(InputStream stored) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(stored);
        buffered.mark(2);
        boolean zipped = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        return zipped ? new GZIPInputStream(buffered) : buffered;
    }

    private static final class Dishonest extends Exception {

        private static final long serialVersionUID = 1L;

        Dishonest(String message) {
            super(message);
        }
    }
}
