package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.HiddenValues;
import dev.trainyard.core.text.ImageName;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.device.DiskRoom;
import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.engine.EngineImage;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.network.GuardedNetwork;
import dev.trainyard.worker.policy.Policy;
import dev.trainyard.worker.registry.Backoff;
import dev.trainyard.worker.registry.Registries;
import dev.trainyard.worker.registry.Registry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Provides the images that attempts on this host need. */
public final class Images {

    private final Engine engine;
    private final EngineImages images;
    private final BuildContexts contexts;
    private final BuiltImages builtBefore;
    private final ImageNames names;
    private final Policy policy;
    private final BuildNetwork guarded;
    private final OncePerImage once = new OncePerImage();
    private final BrokenBuilds broken;
    private final Registries registries = new Registries(System::nanoTime);

    public Images(Engine engine, BuildContexts contexts, BuiltImages builtBefore, Policy policy) {
        this(engine, contexts, builtBefore, policy, GuardedNetwork.of(engine.networks())::provide);
    }

    Images(Engine engine, BuildContexts contexts, BuiltImages builtBefore, Policy policy, BuildNetwork guarded) {
        this.engine = engine;
        this.images = engine.images();
        this.contexts = contexts;
        this.builtBefore = builtBefore;
        this.names = new ImageNames(images, builtBefore, policy.builtNames());
        this.policy = policy;
        this.guarded = guarded;
        this.broken = new BrokenBuilds(images, MonotonicClock.SYSTEM);
    }

    /**
     * A notice for the operator about the network of builds. Empty if there is none.
     *
     * @throws EngineSilent if the engine does not answer
     */
    public Optional<String> noticeOfNetwork() {
        if (!policy.buildNetwork().equals(Policy.GUARDED)) {
            return Optional.empty();
        }
        try {
            return guarded.provide()
                    .map(
                            "steps of builds could reach link-local addresses if this host comes to have any, since %s"
                                    ::formatted);
        } catch (GuardedNetwork.Unguarded e) {
            return Optional.of(
                    "no image is built on this host: " + policy.refusalOfNetwork(String.valueOf(e.getMessage())));
        }
    }

    /** The network for RUN. */
    private String network() {
        if (!policy.buildNetwork().equals(Policy.GUARDED)) {
            return policy.buildNetwork();
        }
        try {
            Optional<String> unused = guarded.provide();
            return GuardedNetwork.NAME;
        } catch (GuardedNetwork.Unguarded e) {
            throw new ImageFailure(Cause.POLICY_DENIED, policy.refusalOfNetwork(String.valueOf(e.getMessage())));
        }
    }

    /**
     * Returns the image, and builds it if the host does not have it. A named image must have been fetched before: see {@link #fetch}.
     *
     * @param team team of the job; null if none
     * @param progress called in the calling thread with lines for people
     * @throws ImageFailure if it is not available, or was removed
     * @throws EngineSilent if the engine does not answer
     */
    public ProvidedImage provide(ImageSource source, @Nullable String team, Consumer<String> progress)
            throws InterruptedException {
        return switch (source) {
            case ImageSource.Reference(String reference, ImageSource.Pull pull) -> {
                ImageNames.requireName(reference);
                Optional<ProvidedImage> ofTeam =
                        pull == ImageSource.Pull.ALWAYS ? Optional.empty() : names.ofTeam(reference, team);
                yield ofTeam.isPresent() ? ofTeam.get() : named(reference, pull, progress);
            }
            case ImageSource.Build build -> {
                String name = build.tag();
                if (name == null) {
                    yield built(build, team, progress);
                }
                ImageNames.requireName(name);
                ProvidedImage image = built(build, team, progress);
                names.give(name, image, team);
                yield image;
            }
        };
    }

    /**
     * Whether the host's engine has an image with this name.
     *
     * @throws ImageFailure if it is not a valid image name
     * @throws EngineSilent if the engine does not answer
     */
    public boolean isPresent(String reference) {
        ImageNames.requireName(reference);
        return new Pull(images).present(reference).isPresent();
    }

    /**
     * Pulls an image, once.
     *
     * @param progress called in the calling thread with lines for people, every few seconds while the engine sends messages
     * @throws ImageFailure if it is not available
     * @throws EngineSilent if the engine does not answer
     */
    public void fetch(String reference, Consumer<String> progress) throws InterruptedException {
        ProvidedImage unused = new Pull(images).run(reference, progress);
    }

    /**
     * Returns an image that has just been pulled for the attempt.
     *
     * @throws ImageFailure if it was removed
     * @throws EngineSilent if the engine does not answer
     */
    public ProvidedImage pulled(String reference) {
        ImageNames.requireName(reference);
        return new Pull(images).present(reference).orElseThrow(() -> ImageFailure.gone(reference));
    }

    /** The registries as this host sees them, for other code that pulls. */
    public Registries registries() {
        return registries;
    }

    /** The volumes that an image on this host declares. */
    public List<String> volumesOf(String id) {
        return images.inspect(id).map(EngineImage::volumes).orElse(List.of());
    }

    static Optional<ProvidedImage> provided(EngineImages images, String reference) {
        return images.inspect(reference).map(image -> new ProvidedImage(image.id()));
    }

    /** With {@code pull: always} the image is pulled here, because only the attempt knows when it begins. */
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
            case NEVER -> pull.present(reference).orElseThrow(() -> ImageFailure.neverPulled(reference));
        };
    }

    /**
     * Who requests a build.
     *
     * @param hidden values to remove from messages about failures
     */
    private record Asker(@Nullable String team, HiddenValues hidden, Consumer<String> progress) {}

    private ProvidedImage built(ImageSource.Build build, @Nullable String team, Consumer<String> progress)
            throws InterruptedException {
        String tag = ContentTag.of(build, team);
        return once.get(tag, () -> progress.accept("another job is building the same image: waiting for it"), () -> {
            // Look up by id only, because another image may have the name now.
            Optional<ProvidedImage> present = builtBefore.idOf(tag).flatMap(id -> provided(images, id));
            if (present.isPresent()) {
                progress.accept("already built from the same source: " + tag);
                return present.get();
            }
            HiddenValues hidden =
                    new HiddenValues(build.args().values(), build.args().values());
            Asker asker = new Asker(team, hidden, progress);
            ContextCheck.Facts facts = ContextCheck.of(contexts, build.source(), build.dockerfile());
            Dockerfile dockerfile = Dockerfile.of(facts.dockerfile(), build.target());
            dockerfile.requireStage(build.target());
            Map<String, String> arguments = arguments(build, dockerfile, progress);
            ProxyArguments.requireDeclared(build.args().keySet(), dockerfile.instructions(), build.dockerfile());
            Build steps = new Build(images, contexts, policy, this::isEngineDiskFull, hidden);
            // Check this before any image is fetched for it.
            broken.attempt("Dockerfile of " + tag, progress, () -> {
                steps.requireReadable(dockerfile, facts);
                return tag;
            });
            dockerfile.earlyCopies().forEach(this::requireNoStage);
            DockerfileReach reach = DockerfileReach.of(dockerfile.instructions(), arguments);
            reach.downloads().forEach(this::refuseDownload);
            for (String image : reach.others()) {
                requireNoId(image, asker);
            }
            for (String image : reach.copied()) {
                // The build would also pull it, but without the pause after a failure of the registry.
                Optional<EngineImage> unused = ofEngine(image, asker);
            }
            StageValues values = new StageValues(arguments);
            for (String image : reach.bases()) {
                Optional<EngineImage> base = ofEngine(image, asker);
                if (base.isPresent()) {
                    values.inherit(base.get().environment());
                    for (String platform : reach.platforms().getOrDefault(image, Set.of())) {
                        requirePlatform(base.get(), image, platform);
                    }
                    values.add(checkTriggers(base.get(), image, build.args().keySet(), asker), "ONBUILD of " + image);
                }
            }
            values.add(dockerfile.instructions(), "the Dockerfile");
            String network = network();
            ProvidedImage done = broken.attempt(
                    tag, progress, () -> steps.run(build, arguments, tag, dockerfile, facts, network, progress));
            builtBefore.record(tag, done.id());
            return done;
        });
    }

    /** An image on the host may have the same name as a later stage. Then the build copies from that image. */
    private void requireNoStage(Dockerfile.EarlyCopy copy) {
        try {
            if (images.inspect(copy.stage()).isPresent()) {
                return;
            }
        } catch (EngineRefused e) {
            // Not the name of an image.
        }
        throw new ImageFailure(
                Cause.IMAGE_BUILD_FAILED,
                "the build failed: line %1$d of the Dockerfile says COPY --from=%2$s, and the stage %2$s is not built before that line. Name a stage that ends above it, or an image"
                        .formatted(copy.line(), copy.stage()));
    }

    private void refuseDownload(String instruction) {
        policy.refusalOfDownload(instruction).ifPresent(refusal -> {
            throw new ImageFailure(Cause.POLICY_DENIED, refusal);
        });
    }

    /**
     * An image in a Dockerfile. Pulls it if the engine has no image with this name, because the engine would then take the name for a prefix
     * of an id. Empty if it is not a valid name, which the build then reports with its step.
     */
    private Optional<EngineImage> ofEngine(String name, Asker asker) throws InterruptedException {
        names.requireOfEngine(name, asker.team());
        try {
            Optional<EngineImage> present = images.inspect(name).filter(image -> image.isNamed(name));
            if (present.isPresent()) {
                return present;
            }
        } catch (EngineRefused e) {
            return Optional.empty();
        }
        try {
            pullBase(name, asker.progress());
            return images.inspect(name).filter(image -> image.isNamed(name));
        } catch (ImageFailure e) {
            throw new ImageFailure(
                    e.verdict(),
                    "the base image cannot be pulled: "
                            + asker.hidden().maskedInWordsOfOthers(String.valueOf(e.getMessage())));
        }
    }

    /** For another platform, some engines pull another image with this name and build from it. Others use the existing one. */
    private static void requirePlatform(EngineImage image, String base, String platform) {
        if (!image.platform().isNamed(platform)) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the Dockerfile says FROM --platform=%1$s %2$s, and the image %2$s of this host is for %3$s. Leave --platform out, or write --platform=%3$s; for another platform, whoever runs the host pulls it first (docker pull --platform %1$s %2$s)"
                            .formatted(
                                    Excerpt.plain(platform, 60),
                                    base,
                                    image.platform().name()));
        }
    }

    /** For an image that a Dockerfile copies from. If the host does not have it, the build looks for it, or it is a stage. */
    private void requireNoId(String name, Asker asker) throws InterruptedException {
        names.requireOfEngine(name, asker.team());
        try {
            if (images.inspect(name).isEmpty()) {
                return;
            }
        } catch (EngineRefused e) {
            return;
        }
        Optional<EngineImage> unused = ofEngine(name, asker);
    }

    /** Checks the ONBUILD instructions of the base image, and returns them. */
    private List<DockerfileInstruction> checkTriggers(
            EngineImage image, String base, Set<String> arguments, Asker asker) throws InterruptedException {
        List<DockerfileInstruction> triggers = image.onBuild().stream()
                .flatMap(trigger -> Dockerfile.ofTrigger(trigger, base).stream())
                .toList();
        ProxyArguments.requireDeclared(arguments, triggers, "ONBUILD of " + base);
        DockerfileReach reach = DockerfileReach.ofTriggers(triggers);
        reach.downloads().forEach(trigger -> refuseDownload("%s, of ONBUILD of the image %s".formatted(trigger, base)));
        for (String other : reach.others()) {
            requireNoId(other, asker);
        }
        return triggers;
    }

    /** Not during the pause after a failure of the registry: otherwise every build would hold a slot while it waits for the registry. */
    private void pullBase(String base, Consumer<String> progress) throws InterruptedException {
        String name = ImageName.registryOf(base);
        Registry registry = registries.of(name);
        Optional<Backoff.Rest> rest = registry.takeAtOnce(() -> pullBase(base, registry, progress));
        if (rest.isPresent()) {
            throw new ImageFailure(
                    Cause.IMAGE_PULL_FAILED,
                    ImageFailure.resting(name, rest.get().why()));
        }
    }

    private void pullBase(String base, Registry registry, Consumer<String> progress) throws InterruptedException {
        try {
            fetch(base, progress);
            registry.backoff().succeeded();
        } catch (ImageFailure e) {
            if (e.isOfRegistry()) {
                registry.backoff().failed(e.ofRegistry());
            }
            throw e;
        }
    }

    /** The arguments of the request, and those that BuildKit would provide. */
    private Map<String, String> arguments(ImageSource.Build build, Dockerfile dockerfile, Consumer<String> progress) {
        Map<String, String> filledIn = dockerfile.platformArguments(images.platform());
        filledIn.keySet().removeAll(build.args().keySet());
        if (!filledIn.isEmpty()) {
            progress.accept("filled in as BuildKit does: "
                    + filledIn.entrySet().stream()
                            .map(argument -> argument.getKey() + "=" + argument.getValue())
                            .collect(Collectors.joining(" ")));
        }
        dockerfile.unfillable(images.platform()).stream()
                .filter(name -> !build.args().containsKey(name))
                .map(
                        "%1$s is not filled in: one stage declares it without a value and another with one, which only BuildKit tells apart; give it by args in a compose file"
                                ::formatted)
                .forEach(progress);
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
