package dev.trainyard.worker.output;

import java.time.Instant;
import java.util.Locale;
import java.util.Set;

/**
 * One file that an attempt left.
 *
 * @param path relative to the outputs folder, with {@code /}
 * @param sha256 hexadecimal
 */
public record OutputFile(String path, Kind kind, long size, String sha256, Instant modified) {

    /** What a file is, by its name. */
    public enum Kind {
        CHECKPOINT,
        TENSORBOARD,
        LOG,
        OTHER;

        private static final Set<String> CHECKPOINTS =
                Set.of("pt", "pth", "ckpt", "npz", "safetensors", "h5", "keras", "onnx", "pdparams", "msgpack");

        static Kind of(String path) {
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
