package dev.trainyard.core.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the container's image comes from. */
public sealed interface ImageSource {

    /** An image by name: {@code pytorch/pytorch:2.4.0}. */
    record Reference(String reference, Pull pull) implements ImageSource {}

    /** When an image is pulled, as {@code docker run --pull}. */
    enum Pull {
        MISSING,
        ALWAYS,
        NEVER;

        /** Docker's spelling. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Empty if Docker does not have this word. */
        public static Optional<Pull> of(String word) {
            return Arrays.stream(values())
                    .filter(pull -> pull.word().equals(word))
                    .findFirst();
        }
    }

    /**
     * An image built by the engine of the host that runs the attempt.
     *
     * @param source {@code sha256:<hex>} of the build context, a tar file in the blob store
     * @param dockerfile path of the Dockerfile within the context
     * @param args build arguments, in order
     * @param target stage to build; null for the last
     * @param tag name that the image gets in addition to its content tag
     */
    record Build(
            String source,
            String dockerfile,
            Map<String, String> args,
            @Nullable String target,
            @Nullable String tag) implements ImageSource {}
}
