package dev.trainyard.worker.engine;

import org.jspecify.annotations.Nullable;

/**
 * One thing that the engine says while it pulls or builds.
 *
 * @param stream output of a build, as it comes: not whole lines
 * @param status what happens to {@code id}
 * @param id a layer
 * @param current bytes done, of {@code total}; 0 if it does not say
 * @param error why it stops; the engine has no other way to say so once it has begun to answer
 * @param imageId the image that was built
 */
public record EngineMessage(
        @Nullable String stream,
        @Nullable String status,
        @Nullable String id,
        long current,
        long total,
        @Nullable String error,
        @Nullable String imageId) {}
