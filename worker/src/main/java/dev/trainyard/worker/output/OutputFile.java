package dev.trainyard.worker.output;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file in the outputs of an attempt.
 *
 * @param file path relative to the outputs folder, for opening it
 * @param path the same as text, see {@link PathText}
 * @param sha256 hexadecimal; null if the file was not read to its end. For a link, the digest of its target's path
 */
public record OutputFile(
        Path file,
        String path,
        Kind kind,
        long size,
        @Nullable String sha256,
        Instant modified) {

    /** The kind of a file, by its name. */
    public enum Kind {
        CHECKPOINT,
        TENSORBOARD,
        LOG,
        OTHER,
        /** A symbolic link, such as {@code latest.pt}. Its target is not read. */
        LINK;

        private static final Set<String> CHECKPOINTS =
                Set.of("pt", "pth", "ckpt", "npz", "safetensors", "h5", "keras", "onnx", "pdparams", "msgpack");

        public static Kind of(String path) {
            String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
            String suffix = name.substring(name.lastIndexOf('.') + 1);
            // TensorBoard uses this rule for event files.
            if (name.contains("tfevents")) {
                return TENSORBOARD;
            }
            boolean inCheckpoints = path.toLowerCase(Locale.ROOT).contains("checkpoint");
            if (CHECKPOINTS.contains(suffix) || (inCheckpoints && suffix.equals("bin"))) {
                return CHECKPOINT;
            }
            return suffix.equals("log") ? LOG : OTHER;
        }
    }
}
