package dev.trainyard.worker.image;

import dev.trainyard.core.request.ImageSource;
import dev.trainyard.worker.container.Engine;
import dev.trainyard.worker.container.EngineImages;
import dev.trainyard.worker.container.EngineSilent;
import dev.trainyard.worker.policy.Policy;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives this host the images that its attempts need. */
public final class Images {

    private final EngineImages images;
    private final BuildContexts contexts;
    private final BuiltImages builtBefore;
    private final ImageNames names;
    private final Tries tries;
    private final OncePerImage once = new OncePerImage();

    public Images(Engine engine, BuildContexts contexts, BuiltImages builtBefore, Policy policy) {
        this(engine, contexts, builtBefore, policy, Tries.DEFAULT);
    }

    Images(Engine engine, BuildContexts contexts, BuiltImages builtBefore, Policy policy, Tries tries) {
        this.images = engine.images();
        this.contexts = contexts;
        this.builtBefore = builtBefore;
        this.names = new ImageNames(images, builtBefore, policy);
        this.tries = tries;
    }

    /**
     * Returns the image, pulled or built if the host does not have it. A registry that fails is asked three times.
     *
     * @param team whose job it is; null: of no team
     * @param progress called in the calling thread with lines for people
     * @throws ImageFailure if it cannot be had
     * @throws EngineSilent if the engine does not answer
     */
    public ProvidedImage provide(ImageSource source, @Nullable String team, Consumer<String> progress)
            throws InterruptedException {
        return switch (source) {
            case ImageSource.Reference(String reference) -> {
                names.requireUsable(reference, team);
                yield pulled(reference, progress);
            }
            case ImageSource.Build build -> {
                String name = build.tag();
                if (name == null) {
                    yield built(build, progress);
                }
                names.requireFree(name, team);
                ProvidedImage image = built(build, progress);
                names.give(name, image, team);
                yield image;
            }
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
        return once.get(tag, () -> progress.accept("another job is building the same image: waiting for it"), () -> {
            // By the id alone: the name may have come to name another image.
            Optional<ProvidedImage> present = builtBefore.idOf(tag).flatMap(id -> provided(images, id));
            if (present.isPresent()) {
                progress.accept("already built from the same source: " + tag);
                return present.get();
            }
            ContextCheck.Facts facts = ContextCheck.of(contexts, build.source(), build.dockerfile());
            Build steps = new Build(images, contexts);
            ProvidedImage done = tries.run(progress, () -> steps.run(build, tag, facts, progress));
            builtBefore.record(tag, done.id());
            return done;
        });
    }
}
