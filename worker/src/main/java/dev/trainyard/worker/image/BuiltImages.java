package dev.trainyard.worker.image;

import java.util.Optional;

/** What is recorded of the images that this worker built, and of the names that builds on this host gave. */
public interface BuiltImages {

    /** The image that this worker built from a content. It may be forgotten: then it is built again, which the engine's cache makes cheap. */
    Optional<String> idOf(String content);

    void record(String content, String imageId);

    /**
     * The team whose build took a name on this host; empty: no build did.
     *
     * @param name in full
     */
    Optional<String> ownerOf(String name);

    /**
     * Takes a name for a team, for good, unless it is taken.
     *
     * @return whose it is now
     */
    String take(String name, String team);
}
