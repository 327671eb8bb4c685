package dev.trainyard.worker.engine;

import dev.trainyard.core.text.DataSize;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to build from a context.
 *
 * @param dockerfile path within the context
 * @param target stage to stop at; null: the last
 * @param tags names of the image when it is done
 * @param memory the most that each step may use; null: no limit
 * @param network of the containers in which RUN works
 * @param cached whether a step may be taken from an earlier build
 */
public record BuildOrder(
        String dockerfile,
        Map<String, String> args,
        @Nullable String target,
        List<String> tags,
        @Nullable DataSize memory,
        String network,
        boolean cached) {}
