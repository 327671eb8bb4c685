package dev.trainyard.worker.engine;

import org.jspecify.annotations.Nullable;

/**
 * One message of the engine during a pull or build.
 *
 * @param stream a piece of a build's output, not necessarily whole lines
 * @param status state of {@code id}
 * @param id a layer
 * @param current bytes done, of {@code total}; 0 if unknown
 * @param error why the engine stops; after its response has begun, it can report errors only in this way
 * @param imageId id of the built image
 */
public record EngineMessage(
        @Nullable String stream,
        @Nullable String status,
        @Nullable String id,
        long current,
        long total,
        @Nullable String error,
        @Nullable String imageId) {}
