package dev.trainyard.worker.image;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * Runs one pull or build per image at a time: the first caller does it, the others wait for the result. If the first is
 * interrupted, one of the others does it.
 */
final class OncePerImage {

    private final Map<String, CompletableFuture<ProvidedImage>> running = new ConcurrentHashMap<>();

    interface Work {
        ProvidedImage provide() throws InterruptedException;
    }

    ProvidedImage get(String image, Runnable whenWaiting, Work work) throws InterruptedException {
        while (true) {
            CompletableFuture<ProvidedImage> ours = new CompletableFuture<>();
            CompletableFuture<ProvidedImage> theirs = running.putIfAbsent(image, ours);
            if (theirs == null) {
                return lead(image, ours, work);
            }
            whenWaiting.run();
            try {
                return theirs.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                // The first caller was interrupted because its job was stopped. Continue with the next one.
            }
        }
    }

    private ProvidedImage lead(String image, CompletableFuture<ProvidedImage> ours, Work work)
            throws InterruptedException {
        try {
            ProvidedImage provided = work.provide();
            running.remove(image);
            ours.complete(provided);
            return provided;
        } catch (InterruptedException | RuntimeException | Error e) {
            // Remove it first, so that waiting callers do not find it again.
            running.remove(image);
            ours.completeExceptionally(e);
            throw e;
        }
    }
}
