package dev.trainyard.worker.engine;

import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** What can be done with the engine's images. */
public interface EngineImages {

    /**
     * What the engine finds: an image of that name, else one whose id begins so.
     *
     * @return empty: the host does not have it
     */
    Optional<EngineImage> inspect(String reference);

    /**
     * Pulls an image with the registry credentials of this account's configuration.
     *
     * @param reference a reference without a tag means {@code latest}
     * @param messages called in the calling thread with each thing that the engine says, errors included
     */
    void pull(String reference, Consumer<EngineMessage> messages) throws InterruptedException;

    /** For what it builds, where nothing else is asked for. */
    EnginePlatform platform();

    /**
     * Builds an image.
     *
     * @param context a tar; read once, not closed
     * @param messages called in the calling thread with each thing that the engine says, errors included
     */
    void build(BuildOrder order, InputStream context, Consumer<EngineMessage> messages) throws InterruptedException;

    /** Gives an image another name, such as {@code team/model:3}; a name that another image has moves to this one. */
    void tag(String image, String name);

    /** Removes a name, and the image with its last one. Gone already: success. */
    void remove(String reference);
}
