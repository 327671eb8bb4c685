package dev.trainyard.worker.output;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of an outputs folder with their sizes and digests.
 *
 * @param files by path
 * @param present paths of all existing files, including those of other attempts; null if unknown
 * @param missing which regular files are not listed or have no digest, and why; empty if there are none
 * @param notes the same, and what else was found
 */
public record OutputManifest(
        List<OutputFile> files, @Nullable List<String> present, List<String> missing, List<String> notes) {

    /** A training with more files has probably written its data set to the outputs. */
    private static final int MAX_FILES = 100_000;

    private static final int BUFFER = 1 << 20;

    /** Gets the number of bytes read. */
    @FunctionalInterface
    public interface Progress {
        void read(long bytes, long ofBytes) throws InterruptedException;
    }

    /** Whether every regular file is listed with its digest. */
    public boolean complete() {
        return missing.isEmpty();
    }

    /**
     * Reads every file once.
     *
     * @param earlier as for {@link FolderListing#of}
     * @param enough returns why to stop reading, for people, or null to continue. Files that are not read have no digest
     */
    public static OutputManifest of(
            OpenFolder folder, @Nullable EarlierFiles earlier, Progress progress, Supplier<@Nullable String> enough)
            throws IOException, InterruptedException {
        FolderListing listing = FolderListing.of(folder, earlier, MAX_FILES);
        Reading reading = new Reading(folder, listing, progress, enough);
        List<OutputFile> files = reading.files();
        files.sort(Comparator.comparing(OutputFile::path));
        List<String> present = Stream.concat(
                        listing.others().stream(), listing.files().stream().map(FolderListing.Found::path))
                .toList();
        List<String> unread = reading.unread();
        return new OutputManifest(
                List.copyOf(files),
                listing.complete() ? present : null,
                Stream.concat(listing.missing().stream(), unread.stream()).toList(),
                Stream.concat(listing.notes().stream(), unread.stream()).toList());
    }

    /** Reads the listed files, folder by folder. */
    private static final class Reading {

        private final OpenFolder folder;
        private final FolderListing listing;
        private final Progress progress;
        private final Supplier<@Nullable String> enough;
        private final Notes unread = new Notes();
        private @Nullable String ended;
        private int withoutDigest;
        private final byte[] buffer = new byte[BUFFER];
        private final long all;
        private long read;

        Reading(OpenFolder folder, FolderListing listing, Progress progress, Supplier<@Nullable String> enough) {
            this.folder = folder;
            this.listing = listing;
            this.progress = progress;
            this.enough = enough;
            this.all = listing.files().stream()
                    .mapToLong(FolderListing.Found::size)
                    .sum();
        }

        List<String> unread() {
            return Stream.concat(
                            ended == null
                                    ? Stream.of()
                                    : Stream.of(
                                            "%d files are listed without a digest: %s".formatted(withoutDigest, ended)),
                            unread.list().stream())
                    .toList();
        }

        private boolean isEnough() {
            if (ended == null) {
                ended = enough.get();
            }
            return ended != null;
        }

        private OutputFile withoutDigest(FolderListing.Found found) {
            withoutDigest++;
            return new OutputFile(found.file(), found.path(), found.kind(), found.size(), null, found.modified());
        }

        List<OutputFile> files() throws InterruptedException {
            List<OutputFile> files = new ArrayList<>();
            for (FolderListing.Found found : listing.files()) {
                heedInterrupt();
                if (isEnough()) {
                    files.add(withoutDigest(found));
                    continue;
                }
                Path parent = found.file().getParent();
                try (OpenFolder opened = folder.enter(parent == null ? Path.of("") : parent)) {
                    files.add(found.kind() == OutputFile.Kind.LINK ? link(opened, found) : read(opened, found));
                } catch (ClosedByInterruptException e) {
                    throw interrupted();
                } catch (IOException e) {
                    unread.add(() -> "%s could not be read: %s".formatted(found.path(), e.getMessage()));
                }
            }
            return files;
        }

        /** The digest shows whether the target of the link changes. */
        private static OutputFile link(OpenFolder parent, FolderListing.Found found) throws IOException {
            Path path = parent.target(found.file().getFileName());
            byte[] target =
                    path.isAbsolute() ? PathText.bytes(path) : PathText.of(path).getBytes(StandardCharsets.UTF_8);
            return new OutputFile(
                    found.file(),
                    found.path(),
                    found.kind(),
                    found.size(),
                    HexFormat.of().formatHex(sha256().digest(target)),
                    found.modified());
        }

        private int next(InputStream in, MessageDigest digest) throws IOException, InterruptedException {
            return DigestTurns.OF_HOST.read(in, buffer, digest);
        }

        private OutputFile read(OpenFolder parent, FolderListing.Found found) throws IOException, InterruptedException {
            MessageDigest digest = sha256();
            long size = 0;
            Path name = found.file().getFileName();
            try (InputStream in = parent.read(name, 0)) {
                for (int count = next(in, digest); count >= 0; count = next(in, digest)) {
                    heedInterrupt();
                    if (isEnough()) {
                        return withoutDigest(found);
                    }
                    size += count;
                    read += count;
                    progress.read(read, Math.max(read, all));
                }
            }
            return new OutputFile(
                    found.file(),
                    found.path(),
                    found.kind(),
                    size,
                    HexFormat.of().formatHex(digest.digest()),
                    parent.attributes(name).lastModifiedTime().toInstant());
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Call this between reads, because some reads ignore interrupts. */
    static void heedInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Converts the interrupt of a thread whose channel was closed by it. */
    static InterruptedException interrupted() {
        boolean unused = Thread.interrupted();
        return new InterruptedException();
    }
}
