package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineMessage;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Pulls one image. */
final class Pull {

    /** How long a registry may take until the manifest arrives. A later retry loses nothing. */
    private static final Duration FIRST_WORD_WITHIN = Duration.ofMinutes(1);

    /** While an engine downloads layers it sends messages every few seconds. */
    private static final Duration SILENT_AT_MOST = Duration.ofMinutes(10);

    /** Total limit, because a very slow registry also causes messages. The engine keeps complete layers. */
    private static final Duration LONGEST = Duration.ofHours(2);

    private final EngineImages images;
    private final Duration firstWordWithin;

    Pull(EngineImages images) {
        this(images, FIRST_WORD_WITHIN);
    }

    Pull(EngineImages images, Duration firstWordWithin) {
        this.images = images;
        this.firstWordWithin = firstWordWithin;
    }

    private sealed interface Said {}

    private record Word(EngineMessage message) implements Said {}

    /** @param failure null after success */
    private record End(@Nullable RuntimeException failure) implements Said {}

    ProvidedImage run(String reference, Consumer<String> progress) throws InterruptedException {
        PullProgress messages = new PullProgress(reference, progress, System::nanoTime);
        try {
            heard(reference, messages);
        } catch (EngineRefused e) {
            throw failure(reference, e.reason());
        } catch (EngineSilent e) {
            throw e.broke() ? ImageFailure.brokenOff(reference, e) : e;
        }
        if (messages.error() != null) {
            throw failure(reference, messages.error());
        }
        return named(reference)
                // The image was removed in the meantime, so it can be pulled again.
                .orElseThrow(() -> new ImageFailure(
                        Cause.IMAGE_PULL_FAILED,
                        "image %s could not be pulled: the engine said that it was pulled, but does not have it"
                                .formatted(reference)));
    }

    /** Runs the engine's pull in another thread, so that the caller, which may hold a run slot, can stop waiting for it. */
    private void heard(String reference, PullProgress messages) throws InterruptedException {
        BlockingQueue<Said> said = new SynchronousQueue<>();
        Thread pull = Thread.ofVirtual().name("pull").start(() -> pull(reference, said));
        try {
            long begunAt = System.nanoTime();
            Duration patience = firstWordWithin;
            while (true) {
                Duration left = LONGEST.minusNanos(System.nanoTime() - begunAt);
                boolean last = left.compareTo(patience) < 0;
                switch (said.poll((last ? left : patience).toNanos(), TimeUnit.NANOSECONDS)) {
                    case null ->
                        throw last
                                ? ImageFailure.tooLong(reference, LONGEST)
                                : ImageFailure.stalled(reference, patience);
                    case Word(EngineMessage message) -> {
                        messages.accept(message);
                        patience = SILENT_AT_MOST;
                    }
                    case End(RuntimeException failure) -> {
                        if (failure != null) {
                            throw failure;
                        }
                        return;
                    }
                }
            }
        } finally {
            pull.interrupt();
        }
    }

    private void pull(String reference, BlockingQueue<Said> said) {
        try {
            said.put(end(reference, said));
        } catch (InterruptedException e) {
            // The caller no longer waits for it.
        }
    }

    private End end(String reference, BlockingQueue<Said> said) throws InterruptedException {
        try {
            images.pull(reference, message -> {
                try {
                    said.put(new Word(message));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            return new End(null);
        } catch (RuntimeException e) {
            return new End(e);
        }
    }

    /** The image, if the host has it under this name. */
    Optional<ProvidedImage> present(String reference) {
        try {
            return named(reference);
        } catch (EngineRefused e) {
            throw failure(reference, e.reason());
        }
    }

    /** Ignores images that the engine finds by id, because a prefix of an id can also be the name of another image. */
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
        return ImageFailure.notPulled(
                cause.orElse(Cause.IMAGE_UNAVAILABLE),
                what.formatted(reference) + ": " + words,
                RegistryWords.ofRegistry(words));
    }
}
