package dev.trainyard.core.request;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the container's image comes from. */
public sealed interface ImageSource {

    /** An image by name, pulled where the host does not have it: {@code pytorch/pytorch:2.4.0}. */
    record Reference(String reference) implements ImageSource {}

    /**
     * An image built by the engine of the host that runs the attempt.
     *
     * @param source {@code sha256:<hex>} of the build context, a tar in the blob store
     * @param dockerfile path of the Dockerfile within the context
     * @param args build arguments, in order
     * @param target stage to stop at
     * @param tag name that the image carries afterwards, beside its content tag
     */
    record Build(
            String source,
            String dockerfile,
            Map<String, String> args,
            @Nullable String target,
            @Nullable String tag) implements ImageSource {}
}
