package dev.trainyard.worker.image;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * One pull or build of an image at a time, however many ask: the first does it, the others wait for what it brings. If the
 * first is interrupted, one of the others does it.
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
                // The one who did it was interrupted: its job was stopped, ours was not.
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
            // First out of the way, so that who waits does not find it again.
            running.remove(image);
            ours.completeExceptionally(e);
            throw e;
        }
    }
}
