package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineRefused;
import java.util.Optional;
import java.util.function.Consumer;

/** Pulls one image, once. */
final class Pull {

    private final EngineImages images;

    Pull(EngineImages images) {
        this.images = images;
    }

    ProvidedImage run(String reference, Consumer<String> progress) throws InterruptedException {
        PullProgress messages = new PullProgress(reference, progress, System::nanoTime);
        try {
            images.pull(reference, messages::accept);
        } catch (EngineRefused e) {
            throw failure(reference, e.reason());
        }
        if (messages.error() != null) {
            throw failure(reference, messages.error());
        }
        return named(reference)
                // Somebody has removed it since: to be had again.
                .orElseThrow(() -> new ImageFailure(
                        Cause.IMAGE_PULL_FAILED,
                        "image %s could not be pulled: the engine said that it was pulled, but does not have it"
                                .formatted(reference)));
    }

    /** The image, if the host has it under that name. */
    Optional<ProvidedImage> present(String reference) {
        try {
            return named(reference);
        } catch (EngineRefused e) {
            throw failure(reference, e.reason());
        }
    }

    /** What the engine finds by an id is there for nobody: the beginning of an id can be a proper name, of another image. */
    private Optional<ProvidedImage> named(String reference) {
        return images.inspect(reference)
                .filter(image -> image.isNamed(reference))
                .map(image -> new ProvidedImage(image.id()));
    }

    private static ImageFailure failure(String reference, String words) {
        Optional<Cause> cause = RegistryWords.cause(words);
        String what = cause.isEmpty()
                ? "image %s cannot be pulled"
                : switch (cause.get()) {
                    case IMAGE_UNAVAILABLE -> "there is no image %s, or this host may not pull it";
                    case DISK_FULL -> "the disk is full: image %s does not fit";
                    default -> "image %s could not be pulled";
                };
        return new ImageFailure(cause.orElse(Cause.IMAGE_UNAVAILABLE), what.formatted(reference) + ": " + words);
    }
}
