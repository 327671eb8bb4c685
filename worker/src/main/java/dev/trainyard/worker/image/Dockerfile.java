package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileForm;
import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.dockerfile.UnreadableDockerfile;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.worker.engine.EnginePlatform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Properties of a Dockerfile that matter because the engine's classic builder differs from BuildKit.
 *
 * @param instructions up to the end of the stage to build
 * @param hasShift whether there is a {@code <<} anywhere: later stages may contain here-documents, which some engines cannot parse
 * @param stage BuildKit's name of the stage to build
 */
record Dockerfile(List<DockerfileInstruction> instructions, boolean hasShift, String stage) {

    private static final String FROM_FLAG = "--from=";
    private static final Set<String> OF_FILES = Set.of("RUN", "COPY", "ADD");
    private static final List<String> BUILD_KIT_OPTIONS = List.of(
            "--mount=", "--chmod=", "--link", "--security=", "--network=", "--parents", "--exclude=", "--checksum=");

    Dockerfile {
        instructions = List.copyOf(instructions);
    }

    /** @throws ImageFailure if it is not certain how the engine parses it */
    static Dockerfile of(String text, @Nullable String target) {
        return new Dockerfile(
                read("the Dockerfile cannot be built: ", () -> DockerfileForm.read(text, target)),
                text.contains("<<"),
                target == null ? "default" : target);
    }

    /**
     * If the file has no stage, some engines break off the build without a message.
     *
     * @param target null for the last
     * @throws ImageFailure if there is no such stage
     */
    void requireStage(@Nullable String target) {
        if (instructions.stream().noneMatch(Dockerfile::isFrom)) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the build failed: the Dockerfile has no FROM, so there is no stage to build. Begin it with FROM and a base image");
        }
        List<String> names = instructions.stream()
                .flatMap(instruction -> nameOfStage(instruction).stream())
                .toList();
        if (target != null && names.stream().noneMatch(target::equalsIgnoreCase)) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the build failed: the Dockerfile has no stage %s. %s"
                            .formatted(
                                    target,
                                    names.isEmpty()
                                            ? "None of its stages has a name: write FROM image AS " + target
                                            : "Its stages are " + String.join(", ", names)));
        }
    }

    /** A {@code COPY --from} with its own stage or a later one. The classic builder takes the name for an image. */
    record EarlyCopy(int line, String stage) {}

    List<EarlyCopy> earlyCopies() {
        Map<String, Integer> stages = new HashMap<>();
        int count = 0;
        for (DockerfileInstruction from : instructions) {
            if (isFrom(from)) {
                int number = count++;
                nameOfStage(from).ifPresent(name -> stages.putIfAbsent(name.toLowerCase(Locale.ROOT), number));
            }
        }
        List<EarlyCopy> early = new ArrayList<>();
        int current = -1;
        for (DockerfileInstruction instruction : instructions) {
            if (isFrom(instruction)) {
                current++;
            } else if (instruction.word().equals("COPY")) {
                int own = current;
                instruction.flags().stream()
                        .filter(flag -> flag.startsWith(FROM_FLAG))
                        .map(flag -> flag.substring(FROM_FLAG.length()))
                        .filter(from -> stages.getOrDefault(from.toLowerCase(Locale.ROOT), -1) >= own)
                        .forEach(from -> early.add(new EarlyCopy(instruction.line(), from)));
            }
        }
        return early;
    }

    private static boolean isFrom(DockerfileInstruction instruction) {
        return instruction.word().equals("FROM");
    }

    private static Optional<String> nameOfStage(DockerfileInstruction from) {
        List<String> words = isFrom(from) ? from.words() : List.of();
        return words.size() == 3 ? Optional.of(words.get(2)) : Optional.empty();
    }

    /** The instructions of one ONBUILD of an image, which the engine parses as a separate Dockerfile. */
    static List<DockerfileInstruction> ofTrigger(String text, String image) {
        return read(
                "no image can be built from %s, for its ONBUILD: ".formatted(image),
                () -> DockerfileInstruction.of(text, null));
    }

    private static List<DockerfileInstruction> read(String failure, Supplier<List<DockerfileInstruction>> reader) {
        try {
            return reader.get();
        } catch (UnreadableDockerfile e) {
            throw new ImageFailure(Cause.IMAGE_BUILD_FAILED, failure + e.getMessage());
        }
    }

    /** Whether it uses features that only BuildKit has. The classic builder fails with a misleading message. */
    boolean needsBuildKit() {
        return instructions.stream()
                .filter(instruction -> OF_FILES.contains(instruction.word()))
                .flatMap(instruction -> instruction.flags().stream())
                .anyMatch(flag -> BUILD_KIT_OPTIONS.stream().anyMatch(flag::startsWith));
    }

    /**
     * Arguments that BuildKit provides: the platform and the stage, for arguments that a stage declares without a value. A value in the
     * Dockerfile takes precedence, as in BuildKit.
     */
    Map<String, String> platformArguments(EnginePlatform platform) {
        Map<String, String> filledIn = new LinkedHashMap<>();
        values(platform).forEach((name, value) -> {
            Set<String> declared = declared(name);
            // The classic builder has one value for all stages. So give it only if no stage has another value.
            if (declared.remove(name) && (declared.isEmpty() || declared.equals(Set.of(name + "=" + value)))) {
                filledIn.put(name, value);
            }
        });
        return filledIn;
    }

    /** Platform arguments that one stage leaves to BuildKit and another one sets. Only BuildKit supports this. */
    List<String> unfillable(EnginePlatform platform) {
        Map<String, String> filledIn = platformArguments(platform);
        return values(platform).keySet().stream()
                .filter(name -> !filledIn.containsKey(name) && !isGlobal(name))
                .filter(name -> declared(name).contains(name))
                .toList();
    }

    /** The declarations of a name: {@code NAME}, {@code NAME=value}. */
    private Set<String> declared(String name) {
        return instructions.stream()
                .filter(instruction -> instruction.word().equals("ARG"))
                .flatMap(instruction -> instruction.words().stream())
                .map(word -> word.replaceAll("[\"']", ""))
                .filter(word -> word.equals(name) || word.startsWith(name + "="))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Whether it is declared before the first FROM. With both builders, a stage that declares it without a value gets that value. */
    private boolean isGlobal(String name) {
        return instructions.stream()
                .takeWhile(instruction -> !instruction.word().equals("FROM"))
                .filter(instruction -> instruction.word().equals("ARG"))
                .flatMap(instruction -> instruction.words().stream())
                .anyMatch(word -> word.startsWith(name + "="));
    }

    /** A platform argument that a step uses without an ARG before the first FROM. BuildKit provides it there, the classic builder does not. */
    Optional<String> undeclaredIn(String step, EnginePlatform platform) {
        List<String> global = instructions.stream()
                .takeWhile(instruction -> !instruction.word().equals("FROM"))
                .filter(instruction -> instruction.word().equals("ARG"))
                .flatMap(instruction -> instruction.words().stream())
                .map(word -> word.split("=", 2)[0])
                .toList();
        return values(platform).keySet().stream()
                .filter(name -> step.contains("$" + name) || step.contains("${" + name))
                .filter(name -> !global.contains(name))
                .findFirst();
    }

    private Map<String, String> values(EnginePlatform platform) {
        Map<String, String> values = new TreeMap<>();
        for (String whose : List.of("TARGET", "BUILD")) {
            values.put(whose + "PLATFORM", platform.name());
            values.put(whose + "OS", platform.os());
            values.put(whose + "ARCH", platform.architecture());
            values.put(whose + "VARIANT", platform.variant());
        }
        values.put("TARGETSTAGE", stage);
        return values;
    }
}
