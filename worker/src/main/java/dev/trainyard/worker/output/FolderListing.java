package dev.trainyard.worker.output;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The regular files and symbolic links of a folder, recursively. Links are not followed, because their targets do not belong to the attempt.
 * Memory and time are limited, no matter what a program left there.
 *
 * @param files in no order
 * @param others paths of earlier files that have not changed; empty if the listing is not complete
 * @param missing which regular files are not listed, and why; empty if all are
 * @param notes the same, and what else was found
 */
public record FolderListing(List<Found> files, List<String> others, List<String> missing, List<String> notes) {

    /** Each level needs open file descriptors during the walk. */
    private static final int MAX_DEPTH = 100;

    /** Total length of all paths, which are held in memory. */
    private static final long MAX_CHARACTERS = 16L << 20;

    /** More links are probably a copied tree. */
    private static final int MOST_LINKS = 1_000;

    /** Limit of files, folders and links to visit, per file that may be listed. */
    private static final int LOOKED_AT = 10;

    /**
     * A regular file, or a link.
     *
     * @param file path relative to the folder, for opening it
     * @param path the same as text, see {@link PathText}
     */
    public record Found(Path file, String path, OutputFile.Kind kind, long size, Instant modified) {}

    /** Whether all regular files are listed. */
    public boolean complete() {
        return missing.isEmpty();
    }

    /**
     * Walks through the folder.
     *
     * @param earlier files not to list, in a folder that others used before; null to list all
     * @param atMost maximum number of files; checkpoints are the last to be left out
     */
    public static FolderListing of(OpenFolder folder, @Nullable EarlierFiles earlier, int atMost)
            throws IOException, InterruptedException {
        Walk walk = new Walk(earlier, atMost);
        try (OpenFolder top = folder.enter(Path.of(""))) {
            walk.list(top, Path.of(""), 0);
        }
        return walk.listing();
    }

    private static final class Walk {

        /** By kind, in order of precedence. */
        private final Map<OutputFile.Kind, List<Found>> files = new EnumMap<>(OutputFile.Kind.class);

        private final List<String> others = new ArrayList<>();
        private final Notes missing = new Notes();
        private final Notes irregular = new Notes();
        private final @Nullable EarlierFiles earlier;
        private final int atMost;
        private @Nullable String cut;
        private int kept;
        private long characters;
        private long lookedAt;
        private boolean tired;
        private int links;

        Walk(@Nullable EarlierFiles earlier, int atMost) {
            this.earlier = earlier;
            this.atMost = atMost;
        }

        FolderListing listing() {
            List<String> lacks = Stream.of(
                            earlier == null ? Stream.<String>of() : earlier.doubts().stream(),
                            Stream.ofNullable(cut),
                            missing.list().stream())
                    .flatMap(each -> each)
                    .toList();
            return new FolderListing(
                    files.values().stream().flatMap(List::stream).toList(),
                    others,
                    lacks,
                    Stream.concat(lacks.stream(), irregular.list().stream()).toList());
        }

        void list(OpenFolder folder, Path relative, int depth) throws IOException, InterruptedException {
            try {
                for (Path name : folder.names()) {
                    OutputManifest.heedInterrupt();
                    if (!tired && ++lookedAt > (long) atMost * LOOKED_AT) {
                        tired = true;
                        cut("more than %d files, folders and links: the rest was not looked at"
                                .formatted(atMost * LOOKED_AT));
                    }
                    if (tired) {
                        return;
                    }
                    look(folder, relative.resolve(name), name, depth);
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }

        private void look(OpenFolder folder, Path path, Path name, int depth) throws InterruptedException {
            try {
                BasicFileAttributes attributes = folder.attributes(name);
                if (attributes.isDirectory()) {
                    enter(folder, path, depth);
                } else if (attributes.isRegularFile()) {
                    add(folder, path, OutputFile.Kind.of(PathText.of(path)), attributes);
                } else if (attributes.isSymbolicLink() && links < MOST_LINKS) {
                    links++;
                    add(folder, path, OutputFile.Kind.LINK, attributes);
                } else {
                    irregular(folder, path, attributes.isSymbolicLink());
                }
            } catch (IOException e) {
                missing.add(() -> "%s could not be read: %s".formatted(PathText.of(path), e.getMessage()));
            }
        }

        /** Earlier files are only needed if all files are known. */
        private void cut(String why) {
            cut = why;
            kept -= others.size();
            characters -= others.stream().mapToLong(String::length).sum();
            others.clear();
        }

        private void enter(OpenFolder folder, Path path, int depth) throws IOException, InterruptedException {
            if (depth == MAX_DEPTH) {
                missing.add(() ->
                        "%s lies deeper than %d folders and is not listed".formatted(PathText.of(path), MAX_DEPTH));
                return;
            }
            try (OpenFolder inner = folder.enter(path.getFileName())) {
                list(inner, path, depth + 1);
            }
        }

        private void irregular(OpenFolder folder, Path path, boolean link) throws IOException {
            if (earlier == null || !earlier.have(folder, path)) {
                irregular.add(() -> "%s is %s: it stays where it is, and is not listed"
                        .formatted(
                                PathText.of(path),
                                link ? "one of more than %d links".formatted(MOST_LINKS) : "a pipe, socket or device"));
            }
        }

        private void add(OpenFolder folder, Path path, OutputFile.Kind kind, BasicFileAttributes attributes)
                throws IOException {
            String text = PathText.of(path);
            boolean recent = earlier == null || !earlier.have(folder, path);
            if (!hasRoom(text) && cut == null) {
                cut(
                        "more than %d files, or names of more than %d characters: checkpoints are listed first, and not all others"
                                .formatted(atMost, MAX_CHARACTERS));
            }
            if (recent) {
                while (!hasRoom(text) && dropOneBehind(kind)) {
                    // One more.
                }
                if (hasRoom(text)) {
                    files.computeIfAbsent(kind, any -> new ArrayList<>())
                            .add(new Found(
                                    path,
                                    text,
                                    kind,
                                    attributes.size(),
                                    attributes.lastModifiedTime().toInstant()));
                    count(text, 1);
                }
            } else if (cut == null) {
                others.add(text);
                count(text, 1);
            }
        }

        private boolean hasRoom(String path) {
            return kept < atMost && characters + path.length() <= MAX_CHARACTERS;
        }

        private void count(String path, int files) {
            kept += files;
            characters += (long) files * path.length();
        }

        /** Returns whether a file was dropped. */
        private boolean dropOneBehind(OutputFile.Kind kind) {
            OutputFile.Kind last = files.keySet().stream()
                    .filter(listed -> listed.compareTo(kind) > 0)
                    .filter(listed -> !files.getOrDefault(listed, List.of()).isEmpty())
                    .max(Comparator.naturalOrder())
                    .orElse(null);
            if (last == null) {
                return false;
            }
            count(Objects.requireNonNull(files.get(last)).removeLast().path(), -1);
            return true;
        }
    }
}
