package dev.trainyard.worker.image;

import java.util.Optional;

/** Records of the images that this worker built, and of the names that builds on this host gave. */
public interface BuiltImages {

    /** The image that this worker built from this content. If the record is lost, the image is built again, which is cheap with the engine's cache. */
    Optional<String> idOf(String content);

    void record(String content, String imageId);

    /**
     * The id of the image to which a build of the team gave the name on this host's engine. The image may have been removed since.
     *
     * @param name full name
     * @param team empty for jobs without a team
     */
    Optional<String> named(String name, String team);

    /** Gives the image a name for jobs of the team. The name moves if another image had it. */
    void name(String name, String team, String imageId);
}
