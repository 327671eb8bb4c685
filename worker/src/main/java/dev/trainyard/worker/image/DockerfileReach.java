package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a Dockerfile reaches by way of the engine: addresses that {@code ADD} fetches, and images that it is built from. More may be found
 * than there is.
 *
 * @param downloads instructions that may make the engine fetch an address, as they are written
 * @param bases images of {@code FROM}, with the values of arguments filled in
 * @param platforms what {@code FROM --platform} says, by the image that it says it of
 * @param others images of {@code COPY --from}
 * @param copied those of the others that the build itself copies from, in no ONBUILD, and that have no name of a stage
 */
record DockerfileReach(
        Set<String> downloads,
        Set<String> bases,
        Map<String, Set<String>> platforms,
        Set<String> others,
        Set<String> copied) {

    private static final List<String> SCHEMES = List.of("http://", "https://");
    private static final String FROM_FLAG = "--from=";
    private static final String PLATFORM_FLAG = "--platform=";

    /**
     * @param arguments of the build, which come before the values that the Dockerfile gives
     * @throws ImageFailure if it cannot be told which image a FROM names
     */
    static DockerfileReach of(List<DockerfileInstruction> instructions, Map<String, String> arguments) {
        DockerfileReach reach = new DockerfileReach(
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new LinkedHashMap<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>());
        GlobalArguments values = new GlobalArguments(arguments);
        // A stage is known by its name once it is built: until then the name is that of an image.
        Set<String> stages = new HashSet<>();
        String stage = "";
        boolean global = true;
        for (DockerfileInstruction instruction : instructions) {
            if (instruction.word().equals("FROM")) {
                global = false;
                stages.add(stage);
                stage = reach.addBase(instruction, values, stages);
            } else if (global && instruction.word().equals("ARG")) {
                values.declare(instruction);
            }
            reach.add(instruction, stages);
            if (instruction.word().equals("COPY")) {
                images(instruction, stages).forEach(reach.copied::add);
            }
        }
        stages.add(stage);
        reach.copied.removeIf(image -> stages.contains(image.toLowerCase(Locale.ROOT)));
        return reach;
    }

    /** What the ONBUILD of an image adds to a Dockerfile that begins with it. */
    static DockerfileReach ofTriggers(List<DockerfileInstruction> triggers) {
        DockerfileReach reach =
                new DockerfileReach(new LinkedHashSet<>(), Set.of(), Map.of(), new LinkedHashSet<>(), Set.of());
        triggers.forEach(trigger -> reach.add(trigger, Set.of()));
        return reach;
    }

    /** Returns the stage's name; empty: it has none. */
    private String addBase(DockerfileInstruction from, GlobalArguments values, Set<String> stages) {
        List<String> words = from.words();
        if (words.isEmpty()) {
            return "";
        }
        String image = values.fillIn(words.getFirst(), from.line());
        if (!image.isEmpty() && !image.equals("scratch") && !stages.contains(image.toLowerCase(Locale.ROOT))) {
            bases.add(image);
            from.flags().stream()
                    .filter(flag -> flag.startsWith(PLATFORM_FLAG))
                    .map(flag -> values.fillIn(flag.substring(PLATFORM_FLAG.length()), from.line()))
                    // The engine itself refuses to read what is nothing once it is filled in.
                    .filter(platform -> !platform.isEmpty())
                    .forEach(platform -> platforms
                            .computeIfAbsent(image, unused -> new LinkedHashSet<>())
                            .add(platform));
        }
        return words.size() == 3 ? words.get(2).toLowerCase(Locale.ROOT) : "";
    }

    /** @param stages that {@code --from} names before it names images */
    private void add(DockerfileInstruction instruction, Set<String> stages) {
        switch (instruction.word()) {
            // Which stages there will be, the build tells that begins with this image.
            case "ONBUILD" -> add(instruction.onBuild(), Set.of());
            case "ADD" -> {
                if (sources(instruction.arguments()).anyMatch(DockerfileReach::mayBeAddress)) {
                    downloads.add("ADD " + instruction.arguments());
                }
            }
            case "COPY" -> images(instruction, stages).forEach(others::add);
            default -> {}
        }
    }

    private static Stream<String> images(DockerfileInstruction copy, Set<String> stages) {
        return copy.flags().stream()
                .filter(flag -> flag.startsWith(FROM_FLAG))
                .map(flag -> flag.substring(FROM_FLAG.length()))
                .filter(from -> !isNumber(from) && !stages.contains(from.toLowerCase(Locale.ROOT)));
    }

    private static boolean isNumber(String text) {
        return text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static Stream<String> sources(String arguments) {
        if (!arguments.startsWith("[")) {
            return Arrays.stream(arguments.split("[ \\t]+"));
        }
        try {
            JsonNode words = JsonMapper.shared().readTree(arguments);
            return words.valueStream().map(word -> word.asString("$"));
        } catch (JacksonException e) {
            // Then the engine takes it for plain words, or it is JSON in a way that only the engine's own reader
            // allows.
            return Stream.concat(
                    arguments.contains("\\u") ? Stream.of("$") : Stream.of(),
                    Arrays.stream(arguments.split("[ \\t,\\[\\]]+")));
        }
    }

    /** The value of a variable may be anything: the base image's count before those that the Dockerfile gives. */
    private static boolean mayBeAddress(String word) {
        String plain = word.replaceAll("[\"'`\\\\]", "").toLowerCase(Locale.ROOT);
        int variable = plain.indexOf('$');
        String literal = variable < 0 ? plain : plain.substring(0, variable);
        return SCHEMES.stream()
                .anyMatch(scheme -> literal.contains(scheme) || (variable >= 0 && scheme.startsWith(literal)));
    }
}
