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
 * The links of a build context, as far as its first reading has come. The engine's builder tells contents apart without them: a hard link by
 * the name of its target, a symbolic one by what it leads to, so that neither what is at the target nor the link's own name and words count.
 */
final class ContextLinks {

    /** The engine takes it away if it says so itself, and the Dockerfile too. */
    private static final String IGNORE = ".dockerignore";

    private final String dockerfile;

    /** By name: the words of the link. */
    private final Map<String, String> symbolic = new TreeMap<>();

    /** By name: the file, which is no link. */
    private final Map<String, String> hard = new HashMap<>();

    private final Set<String> targets = new HashSet<>();
    private final Set<String> foldersOfSymbolic = new HashSet<>();

    /** Those of whose copies something else than links is looked at. */
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

    /** @param target what is in the context before it, and no folder */
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

    /** The file that a name stands for, by whatever number of hard links. */
    String fileOf(String name) {
        return hard.getOrDefault(name, name);
    }

    boolean isTarget(String file) {
        return targets.contains(file);
    }

    /** Of all symbolic links, with their names; null: there is none. */
    @Nullable
    String digestOfSymbolic() {
        if (symbolic.isEmpty()) {
            return null;
        }
        MessageDigest digest = sha256();
        // No name has the character between them.
        symbolic.forEach((name, words) -> digest.update((name + '\0' + words + '\0').getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Whether a folder could be copied of which nothing but its symbolic links is looked at. */
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

    static MessageDigest copyOf(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String parent(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }
}
