package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Optional;

/** Whether a build context is an honest tar: nothing that leaves its folder, no devices, no bomb. */
final class ContextCheck {

    private ContextCheck() {}

    /**
     * What the check found.
     *
     * @param path of the Dockerfile
     * @param dockerfile its text
     */
    record Facts(int entries, long bytes, String path, String dockerfile, ContextLinks links) {}

    /**
     * Reads the context to its end.
     *
     * @throws ImageFailure SOURCE_MISSING, saying what is wrong with it; IMAGE_BUILD_FAILED if it has no Dockerfile
     */
    static Facts of(BuildContexts contexts, String digest, String dockerfile) throws InterruptedException {
        try (SourceStream stored = SourceStream.open(contexts, digest)) {
            // What the engine would get: so nothing is found only when it gets it.
            RepackedContext context = new RepackedContext(stored, dockerfile, null);
            try {
                context.transferTo(OutputStream.nullOutputStream());
                return context.facts();
            } catch (ImageFailure e) {
                Optional<String> lowerCase = context.dockerfileInLowerCase();
                if (lowerCase.isEmpty()) {
                    throw e;
                }
                return of(contexts, digest, lowerCase.get());
            } catch (RepackedContext.Dishonest e) {
                throw missing(digest, String.valueOf(e.getMessage()));
            } catch (InterruptedIOException e) {
                boolean unused = Thread.interrupted();
                throw new InterruptedException("interrupted while the source was checked");
            } catch (IOException | IllegalArgumentException e) {
                if (stored.failure() != null) {
                    throw stored.failure();
                }
                // commons-compress says both for headers that are none.
                throw missing(digest, "no readable tar: " + e.getMessage());
            }
        }
    }

    private static ImageFailure missing(String digest, String what) {
        return new ImageFailure(Cause.SOURCE_MISSING, "the source %s: %s".formatted(digest, what));
    }
}
