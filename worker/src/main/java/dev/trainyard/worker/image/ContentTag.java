package dev.trainyard.worker.image;

import dev.trainyard.core.training.ImageSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An image name that contains a hash of everything that the image is built from. It protects the image from "docker image prune", and it is
 * the key in {@link BuiltImages}. Which image has this name on the engine is never relied on.
 */
final class ContentTag {

    private static final String REPOSITORY = "trainyard/build";
    private static final int DIGITS = 40;

    private ContentTag() {}

    /** @param team team of the build: teams do not share builds, even from the same content */
    static String of(ImageSource.Build build, @Nullable String team) {
        MessageDigest digest = sha256();
        add(digest, team == null ? "" : team);
        add(digest, build.source());
        add(digest, build.dockerfile());
        add(digest, build.target() == null ? "" : build.target());
        new TreeMap<>(build.args()).forEach((name, value) -> {
            add(digest, name);
            add(digest, value);
        });
        return REPOSITORY + ":" + HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Adds the length first, so that different lists of words have different digests. */
    private static void add(MessageDigest digest, String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
