package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.worker.container.BuildOrder;
import dev.trainyard.worker.container.EngineImages;
import dev.trainyard.worker.container.EngineRefused;
import dev.trainyard.worker.container.EngineSilent;
import java.util.List;
import java.util.function.Consumer;

/** Builds one image, once, with the engine's own (classic) builder. */
final class Build {

    private final EngineImages images;
    private final BuildContexts contexts;

    Build(EngineImages images, BuildContexts contexts) {
        this.images = images;
        this.contexts = contexts;
    }

    ProvidedImage run(ImageSource.Build build, String tag, ContextCheck.Facts facts, Consumer<String> progress)
            throws InterruptedException {
        BuildOrder order = new BuildOrder(build.dockerfile(), build.args(), build.target(), List.of(tag));
        BuildOutput output = new BuildOutput(progress);
        send(order, build.source(), facts, output);
        output.flush();
        if (output.error() != null) {
            throw failure(facts, output, output.error());
        }
        return Images.provided(images, tag)
                .orElseThrow(() -> failure(facts, output, "the engine said that it was built, but does not have it"));
    }

    private void send(BuildOrder order, String source, ContextCheck.Facts facts, BuildOutput output)
            throws InterruptedException {
        try (SourceStream context = SourceStream.open(contexts, source)) {
            try {
                images.build(order, context, output::accept);
            } catch (EngineRefused e) {
                throw failure(facts, output, e.reason());
            } catch (EngineSilent e) {
                throw context.failure() == null ? e : context.failure();
            }
        }
    }

    private static ImageFailure failure(ContextCheck.Facts facts, BuildOutput output, String words) {
        String step = output.step().isEmpty() ? "" : " at \"" + output.step() + "\"";
        if (RegistryWords.isDiskFull(words) || RegistryWords.isDiskFull(output.lastLines())) {
            return new ImageFailure(
                    Cause.DISK_FULL,
                    "the disk is full: the build stopped%s: %s".formatted(step, words),
                    output.lastLines());
        }
        if (isAboutBaseImage(output.step(), words)) {
            return new ImageFailure(
                    RegistryWords.cause(words), "the base image cannot be pulled%s: %s".formatted(step, words));
        }
        String hint = facts.needsBuildKit() || words.contains("requires BuildKit")
                ? "\nThis Dockerfile uses what only BuildKit builds (RUN --mount, COPY --chmod, here-documents); the engine's"
                        + " own builder cannot. Write it without, or build the image yourself and submit it by name."
                : "";
        return new ImageFailure(
                Cause.IMAGE_BUILD_FAILED, "the build failed%s: %s%s".formatted(step, words, hint), output.lastLines());
    }

    private static boolean isAboutBaseImage(String step, String words) {
        return step.contains(" : FROM ") || (step.contains(" --from=") && !words.startsWith("COPY failed"));
    }
}
