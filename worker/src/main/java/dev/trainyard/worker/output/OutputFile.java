package dev.trainyard.worker.output;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One file that an attempt left.
 *
 * @param file relative to the outputs folder, as it can be opened
 * @param path the same as text, see {@link PathText}
 * @param sha256 hexadecimal; null: it was not read to its end. Of a link, that of the path which it has
 */
public record OutputFile(
        Path file,
        String path,
        Kind kind,
        long size,
        @Nullable String sha256,
        Instant modified) {

    /** What a file is, by its name. */
    public enum Kind {
        CHECKPOINT,
        TENSORBOARD,
        LOG,
        OTHER,
        /** A symbolic link, such as {@code latest.pt}; what it leads to is not looked at. */
        LINK;

        private static final Set<String> CHECKPOINTS =
                Set.of("pt", "pth", "ckpt", "npz", "safetensors", "h5", "keras", "onnx", "pdparams", "msgpack");

        public static Kind of(String path) {
            String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
            String suffix = name.substring(name.lastIndexOf('.') + 1);
            // TensorBoard's own rule for event files.
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
