package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The stream of a build context from the store. It keeps an error of the store, because code that reads through other streams cannot
 * distinguish an error of the store from one of the engine.
 */
final class SourceStream extends FilterInputStream {

    private final String digest;
    private @Nullable ImageFailure failure;

    private SourceStream(String digest, InputStream stored) {
        super(stored);
        this.digest = digest;
    }

    /** @throws ImageFailure SOURCE_MISSING */
    static SourceStream open(BuildContexts contexts, String digest) {
        try {
            return new SourceStream(digest, contexts.open(digest));
        } catch (NoSuchFileException e) {
            throw new ImageFailure(
                    Cause.SOURCE_MISSING, "the source %s is not in the store (any more)".formatted(digest));
        } catch (IOException e) {
            throw unreadable(digest, e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** Each read checks for an interrupt, because reading and unpacking a context can take long. */
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while the source was read");
        }
        try {
            return super.read(buffer, offset, length);
        } catch (IOException e) {
            failure = unreadable(digest, e);
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            super.close();
        } catch (IOException e) {
            throw unreadable(digest, e);
        }
    }

    /** The error of the store; null if there is none. */
    @Nullable
    ImageFailure failure() {
        return failure;
    }

    private static ImageFailure unreadable(String digest, IOException e) {
        return new ImageFailure(
                Cause.SOURCE_MISSING, "the source %s cannot be read: %s".formatted(digest, e.getMessage()));
    }
}
