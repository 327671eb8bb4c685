package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.worker.container.Engine;
import dev.trainyard.worker.container.EngineImages;
import dev.trainyard.worker.container.EngineRefused;
import dev.trainyard.worker.container.EngineSilent;
import java.util.Optional;
import java.util.function.Consumer;

/** Gives this host the images that its attempts need. */
public final class Images {

    private final EngineImages images;
    private final BuildContexts contexts;
    private final Tries tries;
    private final OncePerImage once = new OncePerImage();

    public Images(Engine engine, BuildContexts contexts) {
        this(engine, contexts, Tries.DEFAULT);
    }

    Images(Engine engine, BuildContexts contexts, Tries tries) {
        this.images = engine.images();
        this.contexts = contexts;
        this.tries = tries;
    }

    /**
     * Returns the image, pulled or built if the host does not have it. A registry that fails is asked three times.
     *
     * @param progress called in the calling thread with lines for people
     * @throws ImageFailure if it cannot be had
     * @throws EngineSilent if the engine does not answer
     */
    public ProvidedImage provide(ImageSource source, Consumer<String> progress) throws InterruptedException {
        return switch (source) {
            case ImageSource.Reference reference -> pulled(reference.reference(), progress);
            case ImageSource.Build build -> built(build, progress);
        };
    }

    static Optional<ProvidedImage> provided(EngineImages images, String reference) {
        return images.inspect(reference).map(image -> new ProvidedImage(image.id()));
    }

    private ProvidedImage pulled(String reference, Consumer<String> progress) throws InterruptedException {
        return once.get(
                reference, () -> progress.accept("another job is pulling " + reference + ": waiting for it"), () -> {
                    Pull pull = new Pull(images);
                    Optional<ProvidedImage> present = pull.present(reference);
                    if (present.isPresent()) {
                        return present.get();
                    }
                    return tries.run(progress, () -> pull.run(reference, progress));
                });
    }

    private ProvidedImage built(ImageSource.Build build, Consumer<String> progress) throws InterruptedException {
        String tag = ContentTag.of(build);
        ProvidedImage image =
                once.get(tag, () -> progress.accept("another job is building the same image: waiting for it"), () -> {
                    Optional<ProvidedImage> present = provided(images, tag);
                    if (present.isPresent()) {
                        progress.accept("already built from the same source: " + tag);
                        return present.get();
                    }
                    ContextCheck.Facts facts = ContextCheck.of(contexts, build.source(), build.dockerfile());
                    Build steps = new Build(images, contexts);
                    return tries.run(progress, () -> steps.run(build, tag, facts, progress));
                });
        if (build.tag() == null) {
            return image;
        }
        try {
            images.tag(image.id(), build.tag());
        } catch (EngineRefused e) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the image was built, but cannot be named %s: %s".formatted(build.tag(), e.reason()));
        }
        return image;
    }
}
