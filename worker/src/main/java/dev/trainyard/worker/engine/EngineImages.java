package dev.trainyard.worker.engine;

import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** Operations on images. */
public interface EngineImages {

    /**
     * Finds an image as the engine does: by name, otherwise by a prefix of the id.
     *
     * @return empty if the host does not have it
     */
    Optional<EngineImage> inspect(String reference);

    /**
     * Pulls an image with the registry credentials of the worker's account.
     *
     * @param reference without a tag: {@code latest}
     * @param messages called in the calling thread with each message of the engine, including errors
     */
    void pull(String reference, Consumer<EngineMessage> messages) throws InterruptedException;

    /** The default platform of builds. */
    EnginePlatform platform();

    /**
     * Builds an image.
     *
     * @param context a tar file; read once, not closed
     * @param messages called in the calling thread with each message of the engine, including errors
     */
    void build(BuildOrder order, InputStream context, Consumer<EngineMessage> messages) throws InterruptedException;

    /** Adds a name to an image, for example {@code team/model:3}. The name moves if another image had it. */
    void tag(String image, String name);
}
