package dev.trainyard.worker.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The links of a build context, collected while it is first read. The cache of the engine's builder does not distinguish links correctly: of
 * a hard link it compares only the name of the target, of a symbolic link only what it leads to.
 */
final class ContextLinks {

    /** The engine leaves this file and the Dockerfile out of the context if this file says so. */
    private static final String IGNORE = ".dockerignore";

    private final String dockerfile;

    /** Target texts by the names of links. */
    private final Map<String, String> symbolic = new TreeMap<>();

    /** Files by the names of hard links. A file here is not a link itself. */
    private final Map<String, String> hard = new HashMap<>();

    private final Set<String> targets = new HashSet<>();
    private final Set<String> foldersOfSymbolic = new HashSet<>();

    /** Folders with contents other than links, which distinguish copies of the folder. */
    private final Set<String> told = new HashSet<>();

    /** @param dockerfile its path */
    ContextLinks(String dockerfile) {
        this.dockerfile = dockerfile;
    }

    void addFile(String name) {
        if (!name.equals(dockerfile) && !name.equals(IGNORE)) {
            told.add(parent(name));
        }
    }

    void addFolder(String name) {
        if (!name.isEmpty()) {
            told.add(name);
            told.add(parent(name));
        }
    }

    void addSymbolic(String name, String words) {
        symbolic.put(name, words);
        foldersOfSymbolic.add(parent(name));
    }

    /** @param target an earlier entry of the context that is not a folder */
    void addHard(String name, String target) {
        String words = symbolic.get(target);
        if (words != null) {
            addSymbolic(name, words);
            return;
        }
        hard.put(name, fileOf(target));
        targets.add(fileOf(target));
        addFile(name);
    }

    /** The file of a name, after all hard links are followed. */
    String fileOf(String name) {
        return hard.getOrDefault(name, name);
    }

    boolean isTarget(String file) {
        return targets.contains(file);
    }

    /** A digest of all symbolic links with their names; null if there is none. */
    @Nullable
    String digestOfSymbolic() {
        if (symbolic.isEmpty()) {
            return null;
        }
        MessageDigest digest = sha256();
        // Names cannot contain the separator.
        symbolic.forEach((name, words) -> digest.update((name + '\0' + words + '\0').getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Whether there is a folder with only symbolic links, so that copies of it could not be distinguished. */
    boolean areUntold() {
        return !told.containsAll(foldersOfSymbolic);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String parent(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }
}
