package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.worker.container.BuildOrder;
import dev.trainyard.worker.container.EngineImages;
import dev.trainyard.worker.container.EngineRefused;
import dev.trainyard.worker.container.EngineSilent;
import dev.trainyard.worker.policy.Policy;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Builds one image, once, with the engine's own (classic) builder. */
final class Build {

    private static final int LAST_LINES = 3;
    private static final int LONGEST_STEP = 120;
    private static final int LONGEST_LINE = 160;
    private static final int LONGEST_REASON = 400;

    private static final Pattern NON_ZERO =
            Pattern.compile("The command '.*' returned a non-zero code: (\\d+)", Pattern.DOTALL);

    private final EngineImages images;
    private final BuildContexts contexts;
    private final Policy policy;

    Build(EngineImages images, BuildContexts contexts, Policy policy) {
        this.images = images;
        this.contexts = contexts;
        this.policy = policy;
    }

    ProvidedImage run(ImageSource.Build build, String tag, ContextCheck.Facts facts, Consumer<String> progress)
            throws InterruptedException {
        BuildOrder order = new BuildOrder(
                build.dockerfile(), build.args(), build.target(), List.of(tag), policy.memory(), policy.buildNetwork());
        BuildOutput output = new BuildOutput(progress);
        send(order, build.source(), facts, output);
        output.flush();
        if (output.error() != null) {
            throw failure(facts, output, output.error());
        }
        return Optional.ofNullable(output.imageId())
                .flatMap(id -> Images.provided(images, id))
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
        String step = output.step().isEmpty() ? "" : " at \"" + brief(output.step(), LONGEST_STEP) + "\"";
        String reason = reason(words);
        if (RegistryWords.isDiskFull(words) || RegistryWords.isDiskFull(output.lastLines())) {
            return new ImageFailure(
                    Cause.DISK_FULL, "the disk is full: the build stopped%s: %s".formatted(step, reason), true);
        }
        if (isAboutBaseImage(output.step(), words)) {
            return new ImageFailure(
                    RegistryWords.cause(words), "the base image cannot be pulled%s: %s".formatted(step, reason));
        }
        String hint = facts.needsBuildKit() || words.contains("requires BuildKit")
                ? ". This Dockerfile uses what only BuildKit builds (RUN --mount, COPY --chmod, here-documents); the engine's"
                        + " own builder cannot. Write it without, or build the image yourself and submit it by name"
                : "";
        return new ImageFailure(
                Cause.IMAGE_BUILD_FAILED,
                "the build failed%s: %s%s%s".formatted(step, reason, lastWords(output, reason), hint),
                true);
    }

    /** The engine repeats the whole command, which the step has already. */
    private static String reason(String words) {
        Matcher exit = NON_ZERO.matcher(words.strip());
        return exit.matches() ? "exit code " + exit.group(1) : brief(words, LONGEST_REASON);
    }

    private static String lastWords(BuildOutput output, String reason) {
        List<String> last = output.lastOfStep(LAST_LINES).stream()
                .filter(line -> !reason.contains(line))
                .map(line -> brief(line, LONGEST_LINE))
                .toList();
        return last.isEmpty() ? "" : "; it said last: " + String.join(" | ", last);
    }

    private static String brief(String text, int longest) {
        String line = text.strip().replaceAll("\\s+", " ").replaceFirst("\\.$", "");
        return line.length() <= longest ? line : line.substring(0, longest - 1) + "…";
    }

    private static boolean isAboutBaseImage(String step, String words) {
        return step.contains(" : FROM ") || (step.contains(" --from=") && !words.startsWith("COPY failed"));
    }
}
