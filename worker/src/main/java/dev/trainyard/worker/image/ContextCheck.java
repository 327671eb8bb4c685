package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Optional;

/** Checks that a build context is a safe tar file: no paths outside of its folder, no devices, no bomb. */
final class ContextCheck {

    private ContextCheck() {}

    /**
     * The result of the check.
     *
     * @param path of the Dockerfile
     * @param dockerfile its text
     */
    record Facts(int entries, long bytes, String path, String dockerfile, ContextLinks links) {}

    /**
     * Reads the context to its end.
     *
     * @throws ImageFailure SOURCE_MISSING with the problem; IMAGE_BUILD_FAILED if there is no Dockerfile
     */
    static Facts of(BuildContexts contexts, String digest, String dockerfile) throws InterruptedException {
        try (SourceStream stored = SourceStream.open(contexts, digest)) {
            // Repack it as for the engine, so that all errors are found now.
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
                // commons-compress throws both for invalid headers.
                throw missing(digest, "not a readable tar file: " + e.getMessage());
            }
        }
    }

    private static ImageFailure missing(String digest, String what) {
        return new ImageFailure(Cause.SOURCE_MISSING, "the source %s: %s".formatted(digest, what));
    }
}
