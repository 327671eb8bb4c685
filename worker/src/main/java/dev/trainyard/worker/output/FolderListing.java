package dev.trainyard.worker.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The regular files of a folder and the folders in it. Links are not followed: what they point to is not the attempt's.
 *
 * @param files in no order
 * @param others paths of the files that are there and have not changed since then
 * @param complete whether all regular files are in it
 * @param notes what is not in it and why
 */
public record FolderListing(List<Found> files, List<String> others, boolean complete, List<String> notes) {

    /** Each level costs open files while it is walked. */
    private static final int MAX_DEPTH = 100;

    /** Of all paths together, which are held in memory. */
    private static final long MAX_CHARACTERS = 16L << 20;

    /** A file's time of change may lag behind the clock by a tick of the kernel's. */
    private static final Duration TICK = Duration.ofMillis(50);

    /**
     * A regular file.
     *
     * @param file relative to the folder, as it can be opened
     * @param path the same as text, see {@link PathText}
     */
    public record Found(Path file, String path, long size, Instant modified) {}

    /**
     * Walks through the folder.
     *
     * @param since only what was made or changed since then, by this host's clock: for a folder that others have used before; null: all
     * @param atMost more files are not listed
     */
    public static FolderListing of(OpenFolder folder, @Nullable Instant since, int atMost)
            throws IOException, InterruptedException {
        Walk walk = new Walk(since == null ? null : since.minus(TICK), atMost);
        try (OpenFolder top = folder.enter(Path.of(""))) {
            walk.list(top, Path.of(""), 0);
        }
        return new FolderListing(walk.files, walk.others, walk.complete, walk.notes);
    }

    private static final class Walk {

        private final List<Found> files = new ArrayList<>();
        private final List<String> others = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private final @Nullable Instant since;
        private final int atMost;
        private boolean complete = true;
        private boolean full;
        private long characters;

        Walk(@Nullable Instant since, int atMost) {
            this.since = since;
            this.atMost = atMost;
        }

        void list(OpenFolder folder, Path relative, int depth) throws IOException, InterruptedException {
            for (Path name : folder.names()) {
                OutputManifest.heedInterrupt();
                if (full) {
                    return;
                }
                Path path = relative.resolve(name);
                try {
                    BasicFileAttributes attributes = folder.attributes(name);
                    if (attributes.isDirectory()) {
                        enter(folder, path, depth);
                    } else if (attributes.isRegularFile()) {
                        add(folder, path, attributes);
                    } else {
                        notes.add("%s is no regular file".formatted(PathText.of(path)));
                    }
                } catch (IOException e) {
                    complete = false;
                    notes.add("%s could not be read: %s".formatted(PathText.of(path), e.getMessage()));
                }
            }
        }

        private void enter(OpenFolder folder, Path path, int depth) throws IOException, InterruptedException {
            if (depth == MAX_DEPTH) {
                complete = false;
                notes.add("%s lies deeper than %d folders and is not listed".formatted(PathText.of(path), MAX_DEPTH));
                return;
            }
            try (OpenFolder inner = folder.enter(path.getFileName())) {
                list(inner, path, depth + 1);
            }
        }

        private void add(OpenFolder folder, Path path, BasicFileAttributes attributes) throws IOException {
            String text = PathText.of(path);
            characters += text.length();
            if (files.size() + others.size() == atMost || characters > MAX_CHARACTERS) {
                notes.add("more than %d files, or names of more than %d characters: the rest is not listed"
                        .formatted(atMost, MAX_CHARACTERS));
                complete = false;
                full = true;
            } else if (isRecent(folder, path.getFileName())) {
                files.add(new Found(
                        path,
                        text,
                        attributes.size(),
                        attributes.lastModifiedTime().toInstant()));
            } else {
                others.add(text);
            }
        }

        /**
         * By the last change of its content or its name: a copy may keep the old time of modification. That time is asked for by path, and
         * decides only whether the file is listed.
         */
        private boolean isRecent(OpenFolder folder, Path name) throws IOException {
            if (since == null) {
                return true;
            }
            FileTime changed =
                    (FileTime) Files.getAttribute(folder.path().resolve(name), "unix:ctime", LinkOption.NOFOLLOW_LINKS);
            return !changed.toInstant().isBefore(since);
        }
    }
}
