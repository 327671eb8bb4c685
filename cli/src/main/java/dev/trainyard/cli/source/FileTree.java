package dev.trainyard.cli.source;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The files, folders and symbolic links in a folder. Links are not followed. */
final class FileTree {

    private final Path root;
    private final IgnoreRules ignore;
    private final NavigableMap<String, Path> found = new TreeMap<>();

    private FileTree(Path root, IgnoreRules ignore) {
        this.root = root;
        this.ignore = ignore;
    }

    /**
     * Files by their paths relative to the folder, sorted. Sockets, pipes and devices are skipped.
     *
     * @throws Failure if a folder cannot be read
     */
    static NavigableMap<String, Path> of(Path folder, IgnoreRules ignore) {
        try {
            FileTree tree = new FileTree(folder.toRealPath(), ignore);
            tree.walk();
            return tree.found;
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private void walk() throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                if (folder.equals(root)) {
                    return FileVisitResult.CONTINUE;
                }
                String name = name(folder);
                if (!ignore.ignores(name)) {
                    keep(name);
                    return FileVisitResult.CONTINUE;
                }
                return ignore.haveExceptions() ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!attributes.isOther()) {
                    String name = name(file);
                    if (!ignore.ignores(name)) {
                        keep(name);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                if (ignore.ignores(name(file))) {
                    return FileVisitResult.CONTINUE;
                }
                throw unreadable(file, e);
            }
        });
    }

    /** Adds the path and its parent folders, which may be ignored themselves. */
    private void keep(String name) {
        found.put(name, root.resolve(name));
        for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
            String folder = name.substring(0, end);
            found.computeIfAbsent(folder, root::resolve);
        }
    }

    private String name(Path path) {
        String name = root.relativize(path).toString();
        if (name.indexOf('\uFFFD') >= 0) {
            throw new Failure(
                    ExitCode.INVALID,
                    "the name of %s cannot be read: the name or the locale is not UTF-8. Set LC_ALL=C.UTF-8, or rename the file."
                            .formatted(path));
        }
        return name;
    }

    private static Failure unreadable(Path path, IOException e) {
        return new Failure(
                ExitCode.NOT_FOUND,
                "%s cannot be read (%s). Make it readable, or exclude it in .dockerignore."
                        .formatted(path, Failure.reason(e)),
                e);
    }

    /** The permission bits, including set-user-id, set-group-id and sticky. */
    static int mode(Path path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return attributes.get("mode") instanceof Integer mode ? mode & 0_7777 : 0_644;
    }
}
