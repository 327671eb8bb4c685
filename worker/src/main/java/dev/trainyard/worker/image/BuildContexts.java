package dev.trainyard.worker.image;

import java.io.IOException;
import java.io.InputStream;

/** The store of build contexts. */
@FunctionalInterface
public interface BuildContexts {

    /**
     * Opens a context. Reading fails if the content does not have the digest.
     *
     * @param digest {@code sha256:<hex>}
     * @throws java.nio.file.NoSuchFileException if it is not in the store
     */
    InputStream open(String digest) throws IOException;
}
