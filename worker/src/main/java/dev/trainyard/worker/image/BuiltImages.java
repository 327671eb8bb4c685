package dev.trainyard.worker.image;

import java.util.Optional;

/**
 * Which image this worker built from which content. It is a memory and may forget: what is not known is built again, which the engine's
 * cache makes cheap.
 */
public interface BuiltImages {

    Optional<String> idOf(String content);

    void record(String content, String imageId);
}
