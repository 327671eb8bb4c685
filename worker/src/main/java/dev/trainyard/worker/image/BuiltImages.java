package dev.trainyard.worker.image;

import java.util.Optional;

/** What is recorded of the images that this worker built, and of the names that builds on this host gave. */
public interface BuiltImages {

    /** The image that this worker built from a content. It may be forgotten: then it is built again, which the engine's cache makes cheap. */
    Optional<String> idOf(String content);

    void record(String content, String imageId);

    /**
     * The id of the image to which a build of the team gave the name on this host's engine. The engine may not have it any more.
     *
     * @param name in full
     * @param team empty: jobs without a team
     */
    Optional<String> named(String name, String team);

    /** Gives the image a name for jobs of the team; one that had it loses it. */
    void name(String name, String team, String imageId);
}
