package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.text.HiddenValues;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.worker.engine.BuildOrder;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.policy.Policy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Builds one image with the engine's classic builder. */
final class Build {

    private static final String DOCKERFILE = "Dockerfile";
    private static final String NO_NETWORK = "none";
    private static final int LAST_LINES = 3;
    private static final int LONGEST_STEP = 120;
    private static final int LONGEST_LINE = 160;
    private static final int LONGEST_REASON = 400;

    /** The engine's message about a failed RUN: this, the whole command, the next text, the exit code. */
    private static final String COMMAND = "The command '";

    private static final String NON_ZERO = "' returned a non-zero code: ";

    /** Prefix of messages about the image of a COPY --from. */
    private static final String FROM_FLAG = "invalid from flag value ";

    /** Steps that write to the engine's disk. An empty step means that the context is being unpacked. */
    private static final Pattern WRITES =
            Pattern.compile("^$|^Step \\S+ : (?:FROM|COPY|ADD|RUN|WORKDIR) ", Pattern.CASE_INSENSITIVE);

    /** In a RUN, the shell expands variables, not the engine. */
    private static final Pattern RUN = Pattern.compile("^Step \\S+ : RUN ", Pattern.CASE_INSENSITIVE);

    private static final String BUILD_KIT =
            ". This Dockerfile uses what only BuildKit builds (RUN --mount, COPY --chmod, here-documents); the engine's"
                    + " own builder cannot. Write it without, or build the image yourself and submit it by name";

    private static final String BUILD_ARGUMENTS =
            ". Its name is made of build arguments: give them (args in a compose file), or give ARG a default"
                    + " value before the first FROM";

    private final EngineImages images;
    private final BuildContexts contexts;
    private final Policy policy;
    private final BooleanSupplier disk;
    private final HiddenValues hidden;

    /**
     * @param disk whether the engine's disk is full now
     * @param hidden values to remove from messages about failures
     */
    Build(EngineImages images, BuildContexts contexts, Policy policy, BooleanSupplier disk, HiddenValues hidden) {
        this.images = images;
        this.contexts = contexts;
        this.policy = policy;
        this.disk = disk;
        this.hidden = hidden;
    }

    /**
     * @param arguments build arguments, including those that BuildKit would provide
     * @param facts result of the check of the context: no other Dockerfile may be built
     * @param network network for RUN
     */
    ProvidedImage run(
            ImageSource.Build build,
            Map<String, String> arguments,
            String tag,
            Dockerfile dockerfile,
            ContextCheck.Facts facts,
            String network,
            Consumer<String> progress)
            throws InterruptedException {
        BuildOrder order = new BuildOrder(
                facts.path(),
                arguments,
                build.target(),
                List.of(tag),
                policy.memory(),
                network,
                !facts.links().areUntold());
        BuildOutput output = new BuildOutput(progress, disk, dockerfile.instructions());
        send(order, build.source(), dockerfile, facts, output);
        output.flush();
        if (output.error() != null) {
            throw failure(dockerfile, output, output.error());
        }
        return Optional.ofNullable(output.imageId())
                .flatMap(id -> Images.provided(images, id))
                .orElseThrow(
                        () -> failure(dockerfile, output, "the engine said that it was built, but does not have it"));
    }

    /**
     * Makes the engine parse the Dockerfile without building it, so that syntax errors are found before any image is fetched. It requests a
     * stage that does not exist, because the engine parses the whole file before it looks for the stage.
     *
     * @throws ImageFailure if the engine cannot parse it
     */
    void requireReadable(Dockerfile dockerfile, ContextCheck.Facts facts) throws InterruptedException {
        String nowhere = "trainyard-" + UUID.randomUUID();
        BuildOrder order = new BuildOrder(DOCKERFILE, Map.of(), nowhere, List.of(), policy.memory(), NO_NETWORK, true);
        BuildOutput output = new BuildOutput(line -> {}, disk, dockerfile.instructions());
        try {
            images.build(order, new ByteArrayInputStream(alone(facts.dockerfile())), output::accept);
        } catch (EngineRefused e) {
            if (!e.reason().contains(nowhere)) {
                throw failure(dockerfile, output, e.reason());
            }
        }
        if (output.error() != null && !output.error().contains(nowhere)) {
            throw failure(dockerfile, output, output.error());
        }
    }

    private static byte[] alone(String dockerfile) {
        byte[] text = dockerfile.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry entry = new TarArchiveEntry(DOCKERFILE);
            entry.setSize(text.length);
            tar.putArchiveEntry(entry);
            tar.write(text);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void send(
            BuildOrder order, String source, Dockerfile dockerfile, ContextCheck.Facts facts, BuildOutput output)
            throws InterruptedException {
        try (SourceStream context = SourceStream.open(contexts, source)) {
            try {
                images.build(order, new RepackedContext(context, order.dockerfile(), facts), output::accept);
            } catch (EngineRefused e) {
                throw failure(dockerfile, output, e.reason());
            } catch (EngineSilent e) {
                throw context.failure() == null ? e : context.failure();
            }
        }
    }

    private ImageFailure failure(Dockerfile dockerfile, BuildOutput output, String words) {
        String step = output.step().isEmpty() ? "" : " at \"" + brief(output.step(), LONGEST_STEP) + "\"";
        // Remove hidden values before texts are shortened. Otherwise part of a value could remain.
        String reason = reason(words);
        if (output.diskWasFull() || RegistryWords.isDiskFull(words) && (isOfEngine(output) || disk.getAsBoolean())) {
            return new ImageFailure(
                    Cause.DISK_FULL, "the disk is full: the build stopped%s: %s".formatted(step, reason), true);
        }
        Optional<Cause> ofRegistry = isAboutBaseImage(output, words) ? RegistryWords.cause(words) : Optional.empty();
        if (ofRegistry.isPresent()) {
            return new ImageFailure(
                    ofRegistry.get(),
                    "the base image cannot be pulled%s: %s%s"
                            .formatted(step, reason, platformHint(dockerfile, output)));
        }
        return new ImageFailure(
                Cause.IMAGE_BUILD_FAILED,
                "the build failed%s: %s%s%s"
                        .formatted(step, reason, lastWords(output, reason), hint(dockerfile, output, words)),
                true);
    }

    /** A sentence with the remedy. Empty if the reason itself contains it. */
    private String hint(Dockerfile dockerfile, BuildOutput output, String words) {
        if (dockerfile.needsBuildKit()
                || words.contains("requires BuildKit")
                || dockerfile.hasShift() && words.contains("unknown instruction")) {
            return BUILD_KIT;
        }
        if (RegistryWords.isDiskFull(words)) {
            return ". The engine's disk has room: look at what the instruction itself says";
        }
        if (isExitOfProgram(words)) {
            return output.saysNoSpaceLeft()
                    ? ". The engine's disk had room when its program said that no space was left: look which place it had filled"
                    : "";
        }
        String ofPlatform = platformHint(dockerfile, output);
        return ofPlatform.isEmpty() && isFrom(output.step()) && output.step().contains("$")
                ? BUILD_ARGUMENTS
                : ofPlatform;
    }

    private String platformHint(Dockerfile dockerfile, BuildOutput output) {
        if (!isFrom(output.step())) {
            return "";
        }
        return dockerfile
                .undeclaredIn(output.step(), images.platform())
                .map(
                        ". BuildKit fills in %1$s by itself; for the engine's own builder write the line ARG %1$s before the first FROM"
                                ::formatted)
                .orElse("");
    }

    /**
     * Whether a message about a full disk is from the engine itself. The engine also quotes text of instructions that write nothing
     * ({@code STOPSIGNAL}), of variables, and of the base image's triggers. After an instruction that writes, the disk may have room again,
     * because the engine deletes the result of a failed step.
     */
    private static boolean isOfEngine(BuildOutput output) {
        String step = output.step();
        return WRITES.matcher(step).find()
                && !RegistryWords.sayNoSpaceLeft(step)
                && !output.ranTriggers()
                && (!step.contains("$") || RUN.matcher(step).find());
    }

    private static boolean isExitOfProgram(String words) {
        return words.startsWith(COMMAND) && words.contains(NON_ZERO);
    }

    /** Removes the repeated command from the engine's message, because the step already contains it. */
    private String reason(String words) {
        return isExitOfProgram(words)
                ? "exit code "
                        + words.substring(words.lastIndexOf(NON_ZERO) + NON_ZERO.length())
                                .strip()
                : brief(hidden.maskedInWordsOfOthers(words), LONGEST_REASON);
    }

    private String lastWords(BuildOutput output, String reason) {
        List<String> last = output.lastOfStep(LAST_LINES).stream()
                .map(hidden::maskedInWordsOfOthers)
                .filter(line -> !reason.contains(line))
                .map(line -> brief(line, LONGEST_LINE))
                .toList();
        return last.isEmpty() ? "" : "; it said last: " + String.join(" | ", last);
    }

    private static String brief(String text, int longest) {
        String line = text.strip().replaceAll("\\s+", " ").replaceFirst("\\.$", "");
        return line.length() <= longest ? line : line.substring(0, longest - 1) + "…";
    }

    /** If false, the message may be from elsewhere, such as a program or a file name. */
    private static boolean isAboutBaseImage(BuildOutput output, String words) {
        return !isExitOfProgram(words)
                && !output.ranTriggers()
                && (isFrom(output.step()) || words.startsWith(FROM_FLAG));
    }

    /** Whether the step is like {@code Step 2/5 : FROM image}. */
    private static boolean isFrom(String step) {
        int instruction = step.indexOf(" : ") + 3;
        return step.regionMatches(true, instruction, "FROM ", 0, 5);
    }
}
