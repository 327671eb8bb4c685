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
 * What has to be known of a Dockerfile before the engine's own (classic) builder gets it, where that differs from BuildKit.
 *
 * @param instructions up to the end of the stage that is built
 * @param hasShift whether there is a {@code <<} anywhere: later stages may have here-documents, which some engines cannot read
 * @param stage the one that is built, as BuildKit calls it
 */
record Dockerfile(List<DockerfileInstruction> instructions, boolean hasShift, String stage) {

    private static final String FROM_FLAG = "--from=";
    private static final Set<String> OF_FILES = Set.of("RUN", "COPY", "ADD");
    private static final List<String> BUILD_KIT_OPTIONS = List.of(
            "--mount=", "--chmod=", "--link", "--security=", "--network=", "--parents", "--exclude=", "--checksum=");

    Dockerfile {
        instructions = List.copyOf(instructions);
    }

    /** @throws ImageFailure if it is not certain how the engine reads it */
    static Dockerfile of(String text, @Nullable String target) {
        return new Dockerfile(
                read("the Dockerfile cannot be built: ", () -> DockerfileForm.read(text, target)),
                text.contains("<<"),
                target == null ? "default" : target);
    }

    /**
     * Of a file without any, some engines break off the build without a word.
     *
     * @param target null: the last
     * @throws ImageFailure if it has no such stage
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

    /** A {@code COPY --from} that names its own stage or a later one: the engine's own builder takes that for the name of an image. */
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

    /** Of one ONBUILD of an image: the engine reads it as a Dockerfile of its own. */
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

    /** Whether it uses what only BuildKit understands; the engine's own builder does not, or says something else about it. */
    boolean needsBuildKit() {
        return instructions.stream()
                .filter(instruction -> OF_FILES.contains(instruction.word()))
                .flatMap(instruction -> instruction.flags().stream())
                .anyMatch(flag -> BUILD_KIT_OPTIONS.stream().anyMatch(flag::startsWith));
    }

    /**
     * What BuildKit fills in by itself: the platform and the stage that is built, in the arguments that a stage declares without a value. Where the Dockerfile gives one a
     * value, that holds, as it does with BuildKit.
     */
    Map<String, String> platformArguments(EnginePlatform platform) {
        Map<String, String> filledIn = new LinkedHashMap<>();
        values(platform).forEach((name, value) -> {
            Set<String> declared = declared(name);
            // The engine's own builder knows one value for all stages: it may be given if no other holds anywhere.
            if (declared.remove(name) && (declared.isEmpty() || declared.equals(Set.of(name + "=" + value)))) {
                filledIn.put(name, value);
            }
        });
        return filledIn;
    }

    /** Arguments of the platform that one stage leaves to BuildKit and another gives a value of its own, which BuildKit alone can do. */
    List<String> unfillable(EnginePlatform platform) {
        Map<String, String> filledIn = platformArguments(platform);
        return values(platform).keySet().stream()
                .filter(name -> !filledIn.containsKey(name) && !isGlobal(name))
                .filter(name -> declared(name).contains(name))
                .toList();
    }

    /** As it is declared: {@code NAME}, {@code NAME=value}. */
    private Set<String> declared(String name) {
        return instructions.stream()
                .filter(instruction -> instruction.word().equals("ARG"))
                .flatMap(instruction -> instruction.words().stream())
                .map(word -> word.replaceAll("[\"']", ""))
                .filter(word -> word.equals(name) || word.startsWith(name + "="))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Declared before the first FROM: a stage that declares it without a value gets that one, of either builder. */
    private boolean isGlobal(String name) {
        return instructions.stream()
                .takeWhile(instruction -> !instruction.word().equals("FROM"))
                .filter(instruction -> instruction.word().equals("ARG"))
                .flatMap(instruction -> instruction.words().stream())
                .anyMatch(word -> word.startsWith(name + "="));
    }

    /** An argument of the platform that a step names, and that no ARG before the first FROM declares: BuildKit knows it there nevertheless. */
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
