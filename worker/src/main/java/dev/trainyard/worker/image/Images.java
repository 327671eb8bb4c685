package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.worker.container.BuildOrder;
import dev.trainyard.worker.container.Engine;
import dev.trainyard.worker.container.EngineImage;
import dev.trainyard.worker.container.EngineImages;
import dev.trainyard.worker.container.EngineRefused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Provides images: what the host has is used, else it is pulled or built, once however many ask. */
public final class Images {

    private static final int PULLS = 3;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Map<String, String> BUILT_BY_US = Map.of("dev.trainyard.built", "true");

    private final EngineImages engine;
    private final BuildContexts contexts;

    /** One pull or build of the same image at a time; a second one then finds it there. */
    private final Map<String, ReentrantLock> underWay = new ConcurrentHashMap<>();

    public Images(Engine engine, BuildContexts contexts) {
        this.engine = engine.images();
        this.contexts = contexts;
    }

    /**
     * Returns when the host has the image.
     *
     * @param progress lines for the job's log, in the calling thread
     * @throws ImageFailure if it cannot be had
     */
    public ProvidedImage provide(ImageSource source, Consumer<String> progress) throws InterruptedException {
        return switch (source) {
            case ImageSource.Reference reference ->
                alone(reference.reference(), progress, () -> pulled(reference.reference(), progress));
            case ImageSource.Build build -> {
                String tag = contentTag(build);
                yield alone(tag, progress, () -> built(build, tag, progress));
            }
        };
    }

    @FunctionalInterface
    private interface Work {
        ProvidedImage run() throws InterruptedException;
    }

    private ProvidedImage alone(String key, Consumer<String> progress, Work work) throws InterruptedException {
        ReentrantLock lock = underWay.computeIfAbsent(key, image -> new ReentrantLock());
        if (!lock.tryLock()) {
            progress.accept("waiting: another attempt on this host is getting the same image");
            lock.lockInterruptibly();
        }
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    // Pulling ---------------------------------------------------------------------------------------------------------

    private ProvidedImage pulled(String reference, Consumer<String> progress) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            Optional<EngineImage> present = engine.inspect(reference);
            if (present.isPresent()) {
                return new ProvidedImage(present.get().id());
            }
            progress.accept("pulling %s".formatted(reference));
            String problem = pull(reference, progress);
            if (problem != null) {
                Cause cause = PullWords.cause(problem);
                if (cause != Cause.IMAGE_PULL_FAILED || attempt == PULLS) {
                    throw new ImageFailure(cause, "pulling %s: %s".formatted(reference, problem));
                }
                progress.accept(
                        "pulling %s failed, trying again in %d s: %s".formatted(reference, pause.toSeconds(), problem));
                Thread.sleep(pause);
                pause = pause.multipliedBy(2);
            } else if (attempt == PULLS) {
                throw new ImageFailure(
                        Cause.IMAGE_PULL_FAILED, "the engine pulled %s and does not have it".formatted(reference));
            }
        }
    }

    private @Nullable String pull(String reference, Consumer<String> progress) throws InterruptedException {
        PullProgress pull = new PullProgress(progress);
        try {
            engine.pull(reference, pull);
            return pull.error();
        } catch (EngineRefused e) {
            return e.reason();
        }
    }

    // Building --------------------------------------------------------------------------------------------------------

    private ProvidedImage built(ImageSource.Build build, String tag, Consumer<String> progress)
            throws InterruptedException {
        Optional<EngineImage> present = engine.inspect(tag);
        if (present.isPresent()) {
            progress.accept("image %s is built already".formatted(tag));
        } else {
            progress.accept("building %s".formatted(tag));
            build(build, tag, progress);
            present = engine.inspect(tag);
        }
        EngineImage image = present.orElseThrow(
                () -> new ImageFailure(Cause.IMAGE_BUILD_FAILED, "the engine built the image and does not have it"));
        if (build.tag() != null) {
            engine.tag(image.id(), build.tag());
        }
        return new ProvidedImage(image.id());
    }

    private void build(ImageSource.Build build, String tag, Consumer<String> progress) throws InterruptedException {
        BuildOutput output = new BuildOutput(progress);
        BuildOrder order = new BuildOrder(build.dockerfile(), build.args(), build.target(), List.of(tag), BUILT_BY_US);
        try (InputStream stored = contexts.open(build.source())) {
            CheckedContext context = new CheckedContext(stored, build.dockerfile());
            context.check();
        } catch (NoSuchFileException e) {
            throw new ImageFailure(
                    Cause.SOURCE_MISSING,
                    "the source %s is not in the store; submit it again".formatted(build.source()));
        } catch (IOException e) {
            throw new ImageFailure(Cause.SOURCE_MISSING, "the source %s: %s".formatted(build.source(), e.getMessage()));
        }
        try (InputStream context = contexts.open(build.source())) {
            engine.build(order, context, output);
        } catch (EngineRefused e) {
            throw new ImageFailure(PullWords.buildCause(e.reason()), e.reason());
        } catch (IOException e) {
            throw new ImageFailure(Cause.SOURCE_MISSING, "the source %s: %s".formatted(build.source(), e.getMessage()));
        }
        String error = output.error();
        if (error != null) {
            throw new ImageFailure(PullWords.buildCause(error), output.failure());
        }
    }

    /** The same content is never built twice on a host: its name says what is in it. */
    static String contentTag(ImageSource.Build build) {
        StringBuilder content = new StringBuilder();
        Stream.concat(
                        Stream.of(build.source(), build.dockerfile(), build.target() == null ? "" : build.target()),
                        build.args().entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .flatMap(arg -> Stream.of(arg.getKey(), arg.getValue())))
                // With its length, so that no two lists of parts read the same.
                .forEach(part -> content.append(part.length()).append(':').append(part));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(content.toString().getBytes(StandardCharsets.UTF_8));
            return "trainyard/build:" + HexFormat.of().formatHex(digest).substring(0, 40);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
