package dev.trainyard.worker.engine;

import dev.trainyard.core.text.DataSize;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a build.
 *
 * @param dockerfile path within the context
 * @param target stage to build; null for the last
 * @param tags names of the built image
 * @param memory limit for each step; null for no limit
 * @param network of the containers in which RUN runs
 * @param cached whether the engine may use its build cache
 */
public record BuildOrder(
        String dockerfile,
        Map<String, String> args,
        @Nullable String target,
        List<String> tags,
        @Nullable DataSize memory,
        String network,
        boolean cached) {}
