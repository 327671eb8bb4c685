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
 * A name made of all that an image is built from. It keeps the image from being pruned as one without a name, and tells contents apart in
 * {@link BuiltImages}; which image it names on the engine is never relied on.
 */
final class ContentTag {

    private static final String REPOSITORY = "trainyard/build";
    private static final int DIGITS = 40;

    private ContentTag() {}

    /** @param team whose build it is: what another team built from the same is not taken for its own */
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

    /** With its length before it, so that no two lists of words look the same. */
    private static void add(MessageDigest digest, String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
