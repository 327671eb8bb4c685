package dev.trainyard.worker.image;

import java.io.IOException;
import java.io.InputStream;

/** Where build contexts are kept. */
@FunctionalInterface
public interface BuildContexts {

    /**
     * Opens a context; reading it fails if its content is not what the digest says.
     *
     * @param digest {@code sha256:<hex>}
     * @throws java.nio.file.NoSuchFileException if it is not in the store
     */
    InputStream open(String digest) throws IOException;
}
