package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.DockerfileInstruction;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.worker.container.Engine;
import dev.trainyard.worker.container.EngineException;
import dev.trainyard.worker.container.EngineImages;
import dev.trainyard.worker.container.EngineRefused;
import dev.trainyard.worker.container.EngineSilent;
import dev.trainyard.worker.device.DiskRoom;
import dev.trainyard.worker.policy.Policy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gives this host the images that its attempts need. */
public final class Images {

    private final Engine engine;
    private final EngineImages images;
    private final BuildContexts contexts;
    private final BuiltImages builtBefore;
    private final ImageNames names;
    private final Policy policy;
    private final OncePerImage once = new OncePerImage();

    public Images(Engine engine, BuildContexts contexts, BuiltImages builtBefore, Policy policy) {
        this.engine = engine;
        this.images = engine.images();
        this.contexts = contexts;
        this.builtBefore = builtBefore;
        this.names = new ImageNames(images, builtBefore, policy);
        this.policy = policy;
    }

    /**
     * Returns the image, built if the host does not have it. One that is named has been fetched before: see {@link #fetch}.
     *
     * @param team whose job it is; null: of no team
     * @param progress called in the calling thread with lines for people
     * @throws ImageFailure if it cannot be had, or is not here any more
     * @throws EngineSilent if the engine does not answer
     */
    public ProvidedImage provide(ImageSource source, @Nullable String team, Consumer<String> progress)
            throws InterruptedException {
        return switch (source) {
            case ImageSource.Reference(String reference, ImageSource.Pull pull) -> {
                names.requireUsable(reference, team);
                yield named(reference, pull, progress);
            }
            case ImageSource.Build build -> {
                String name = build.tag();
                if (name == null) {
                    yield built(build, team, progress);
                }
                names.requireFree(name, team);
                ProvidedImage image = built(build, team, progress);
                names.give(name, image, team);
                yield image;
            }
        };
    }

    /**
     * Whether the host has an image of that name.
     *
     * @throws ImageFailure if that is no name of an image
     * @throws EngineSilent if the engine does not answer
     */
    public boolean isPresent(String reference) {
        ImageNames.refuseReserved(reference);
        return new Pull(images).present(reference).isPresent();
    }

    /**
     * Pulls an image, once.
     *
     * @param progress called in the calling thread with lines for people, every few seconds while the engine says anything
     * @throws ImageFailure if it cannot be had
     * @throws EngineSilent if the engine does not answer
     */
    public void fetch(String reference, Consumer<String> progress) throws InterruptedException {
        ProvidedImage unused = new Pull(images).run(reference, progress);
    }

    static Optional<ProvidedImage> provided(EngineImages images, String reference) {
        return images.inspect(reference).map(image -> new ProvidedImage(image.id()));
    }

    /** What is always pulled is looked up here once more: only the attempt knows when it begins. */
    private ProvidedImage named(String reference, ImageSource.Pull when, Consumer<String> progress)
            throws InterruptedException {
        Pull pull = new Pull(images);
        return switch (when) {
            case ALWAYS ->
                once.get(
                        reference,
                        () -> progress.accept("another job is pulling " + reference + ": waiting for it"),
                        () -> pull.run(reference, progress));
            case MISSING -> pull.present(reference).orElseThrow(() -> ImageFailure.gone(reference));
            case NEVER ->
                pull.present(reference)
                        .orElseThrow(() -> new ImageFailure(
                                Cause.IMAGE_UNAVAILABLE,
                                "this host has no image %s, and the request says never to pull it (--pull never). Leave that out, or have the image put there"
                                        .formatted(reference)));
        };
    }

    private ProvidedImage built(ImageSource.Build build, @Nullable String team, Consumer<String> progress)
            throws InterruptedException {
        String tag = ContentTag.of(build);
        return once.get(tag, () -> progress.accept("another job is building the same image: waiting for it"), () -> {
            // By the id alone: the name may have come to name another image.
            Optional<ProvidedImage> present = builtBefore.idOf(tag).flatMap(id -> provided(images, id));
            if (present.isPresent()) {
                progress.accept("already built from the same source: " + tag);
                return present.get();
            }
            ContextCheck.Facts facts = ContextCheck.of(contexts, build.source(), build.dockerfile());
            Dockerfile dockerfile = Dockerfile.of(facts.dockerfile(), build.target());
            Map<String, String> arguments = arguments(build, dockerfile, progress);
            ProxyArguments.requireDeclared(build.args().keySet(), dockerfile.instructions(), build.dockerfile());
            DockerfileReach reach = DockerfileReach.of(dockerfile.instructions(), arguments);
            reach.downloads().forEach(this::refuseDownload);
            for (String image : reach.others()) {
                names.requireUsable(image, team);
            }
            for (String image : reach.bases()) {
                names.requireUsable(image, team);
                checkTriggers(image, team, build.args().keySet(), progress);
            }
            Build steps = new Build(images, contexts, policy, this::isEngineDiskFull);
            ProvidedImage done = steps.run(build, arguments, tag, dockerfile, progress);
            builtBefore.record(tag, done.id());
            return done;
        });
    }

    private void refuseDownload(String instruction) {
        policy.refusalOfDownload(instruction).ifPresent(refusal -> {
            throw new ImageFailure(Cause.POLICY_DENIED, refusal);
        });
    }

    /** What the base image's ONBUILD adds to the Dockerfile. So that it can be read, the image is pulled first. */
    private void checkTriggers(String base, @Nullable String team, Set<String> arguments, Consumer<String> progress)
            throws InterruptedException {
        try {
            if (images.inspect(base).isEmpty()) {
                fetch(base, progress);
            }
        } catch (EngineRefused e) {
            // It is no name of an image: that the build says, with its step.
            return;
        } catch (ImageFailure e) {
            throw new ImageFailure(e.verdict(), "the base image cannot be pulled: " + e.getMessage());
        }
        List<DockerfileInstruction> triggers = images.inspect(base).stream()
                .flatMap(image -> image.onBuild().stream())
                .flatMap(trigger -> Dockerfile.ofTrigger(trigger, base).stream())
                .toList();
        ProxyArguments.requireDeclared(arguments, triggers, "ONBUILD of " + base);
        DockerfileReach reach = DockerfileReach.ofTriggers(triggers);
        reach.downloads().forEach(trigger -> refuseDownload("%s, of ONBUILD of the image %s".formatted(trigger, base)));
        for (String image : reach.others()) {
            names.requireUsable(image, team);
        }
    }

    /** Those of the request, and what BuildKit would fill in. */
    private Map<String, String> arguments(ImageSource.Build build, Dockerfile dockerfile, Consumer<String> progress) {
        Map<String, String> filledIn = dockerfile.platformArguments(images.platform());
        filledIn.keySet().removeAll(build.args().keySet());
        if (!filledIn.isEmpty()) {
            progress.accept("filled in as BuildKit does: "
                    + filledIn.entrySet().stream()
                            .map(argument -> argument.getKey() + "=" + argument.getValue())
                            .collect(Collectors.joining(" ")));
        }
        Map<String, String> arguments = new LinkedHashMap<>(build.args());
        arguments.putAll(filledIn);
        return arguments;
    }

    private boolean isEngineDiskFull() {
        try {
            return DiskRoom.isFull(engine.info().dataRoot());
        } catch (EngineException e) {
            return false;
        }
    }
}
