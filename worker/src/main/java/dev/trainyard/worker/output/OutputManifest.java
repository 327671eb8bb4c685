package dev.trainyard.worker.output;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of an outputs folder with their sizes and digests.
 *
 * @param files by path
 * @param complete whether every regular file is in it
 * @param notes what is not in it and why
 */
public record OutputManifest(List<OutputFile> files, boolean complete, List<String> notes) {

    /** A training that leaves more files than this has written its data set. */
    private static final int MAX_FILES = 100_000;

    private static final int BUFFER = 1 << 20;

    /** A file's time of change may lag behind the clock by a tick of the kernel's. */
    private static final Duration TICK = Duration.ofMillis(50);

    /**
     * Reads every file once. Links are not followed: what they point to is not the attempt's.
     *
     * @param since only what was made or changed since then, by this host's clock: for a folder that others have used before; null: all
     */
    public static OutputManifest of(Path folder, @Nullable Instant since) throws IOException, InterruptedException {
        Walk walk = new Walk(folder, since == null ? null : since.minus(TICK));
        Files.walkFileTree(folder, walk);
        List<OutputFile> files = new ArrayList<>();
        byte[] buffer = new byte[BUFFER];
        for (Path file : walk.regular) {
            String path = folder.relativize(file).toString();
            try {
                files.add(read(file, path, buffer));
            } catch (IOException e) {
                walk.complete = false;
                walk.notes.add("%s could not be read: %s".formatted(path, e.getMessage()));
            }
        }
        files.sort(Comparator.comparing(OutputFile::path));
        return new OutputManifest(List.copyOf(files), walk.complete, List.copyOf(walk.notes));
    }

    private static OutputFile read(Path file, String path, byte[] buffer) throws IOException, InterruptedException {
        RegularFile.heedInterrupt();
        MessageDigest digest = sha256();
        long size = 0;
        try (InputStream in = RegularFile.open(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                RegularFile.heedInterrupt();
                digest.update(buffer, 0, count);
                size += count;
            }
        }
        return new OutputFile(
                path,
                OutputFile.Kind.of(path),
                size,
                HexFormat.of().formatHex(digest.digest()),
                Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static final class Walk extends SimpleFileVisitor<Path> {

        private final List<Path> regular = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private boolean complete = true;
        private final Path folder;
        private final @Nullable Instant since;

        Walk(Path folder, @Nullable Instant since) {
            this.folder = folder;
            this.since = since;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!attributes.isRegularFile()) {
                // A link in the folder's own place hides all that the attempt left.
                complete &= !file.equals(folder);
                notes.add("%s is no regular file".formatted(file.getFileName()));
                return FileVisitResult.CONTINUE;
            }
            if (since != null && changedAt(file).isBefore(since)) {
                return FileVisitResult.CONTINUE;
            }
            if (regular.size() == MAX_FILES) {
                complete = false;
                notes.add("more than %d files: the rest is not listed".formatted(MAX_FILES));
                return FileVisitResult.TERMINATE;
            }
            regular.add(file);
            return FileVisitResult.CONTINUE;
        }

        /** Of its content or its name: a copy may keep the old time of modification. */
        private static Instant changedAt(Path file) throws IOException {
            return ((FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).toInstant();
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            complete = false;
            notes.add("%s could not be read: %s".formatted(file.getFileName(), e.getMessage()));
            return FileVisitResult.CONTINUE;
        }
    }
}
