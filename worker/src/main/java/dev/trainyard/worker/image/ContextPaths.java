package dev.trainyard.worker.image;

import java.util.HashMap;
import java.util.Map;

/** The paths of a build context, as a tree. Includes folders without an entry, which the engine creates when needed. */
final class ContextPaths {

    private final Folder root = new Folder();
    private int untold;

    /** The result of adding a path. */
    sealed interface Placed {}

    /** The path is new. */
    record Fresh() implements Placed {}

    /** The path is an existing folder. */
    record Again() implements Placed {}

    /** The path exists, and at least one of both is a file. */
    record Twice() implements Placed {}

    /** A parent of the path is not a folder. */
    record Behind(String file) implements Placed {}

    private sealed interface Node {}

    private static final class Folder implements Node {

        private final Map<String, Node> children = new HashMap<>(2);
        private boolean told;
    }

    private record File() implements Node {}

    private static final File FILE = new File();

    /** Number of folders without an entry. */
    int untold() {
        return untold;
    }

    /** @param path normalized; empty for the root, which is a folder */
    Placed add(String path, boolean folder) {
        Folder at = root;
        int start = 0;
        for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', start)) {
            Node next = at.children.get(path.substring(start, end));
            if (next instanceof File) {
                return new Behind(path.substring(0, end));
            }
            if (next == null) {
                untold++;
                next = new Folder();
                at.children.put(path.substring(start, end), next);
            }
            at = (Folder) next;
            start = end + 1;
        }
        String name = path.substring(start);
        Node before = path.isEmpty() ? root : at.children.get(name);
        if (before == null) {
            at.children.put(name, folder ? told(new Folder()) : FILE);
            return new Fresh();
        }
        if (!(before instanceof Folder known) || !folder) {
            return new Twice();
        }
        if (known.told) {
            return new Again();
        }
        untold -= known == root ? 0 : 1;
        told(known);
        return new Fresh();
    }

    private static Folder told(Folder folder) {
        folder.told = true;
        return folder;
    }

    /** Whether the path exists and is not a folder. */
    boolean isFile(String path) {
        Node at = root;
        int start = 0;
        while (at instanceof Folder folder && start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            at = folder.children.get(path.substring(start, end));
            start = end + 1;
        }
        return at instanceof File && start > path.length();
    }
}
