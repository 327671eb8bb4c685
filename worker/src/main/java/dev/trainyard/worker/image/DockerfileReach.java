package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a build of the Dockerfile accesses through the engine: URLs that {@code ADD} fetches, and images that it is built from. The result may
 * contain more than there is.
 *
 * @param downloads instructions that may make the engine fetch a URL, as written
 * @param bases images of {@code FROM}, with arguments replaced by their values
 * @param platforms values of {@code FROM --platform}, by image
 * @param others images of {@code COPY --from}
 * @param copied the images among these that the build itself copies from: not in an ONBUILD, and not the name of a stage
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
     * @param arguments build arguments, which take precedence over values in the Dockerfile
     * @throws ImageFailure if it is not certain which image a FROM names
     */
    static DockerfileReach of(List<DockerfileInstruction> instructions, Map<String, String> arguments) {
        DockerfileReach reach = new DockerfileReach(
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new LinkedHashMap<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>());
        GlobalArguments values = new GlobalArguments(arguments);
        // Before a stage is built, its name means an image.
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

    /** What the ONBUILD instructions of a base image add. */
    static DockerfileReach ofTriggers(List<DockerfileInstruction> triggers) {
        DockerfileReach reach =
                new DockerfileReach(new LinkedHashSet<>(), Set.of(), Map.of(), new LinkedHashSet<>(), Set.of());
        triggers.forEach(trigger -> reach.add(trigger, Set.of()));
        return reach;
    }

    /** Returns the stage's name. Empty if it has none. */
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
                    // The engine refuses a platform that is empty after the replacement of variables.
                    .filter(platform -> !platform.isEmpty())
                    .forEach(platform -> platforms
                            .computeIfAbsent(image, unused -> new LinkedHashSet<>())
                            .add(platform));
        }
        return words.size() == 3 ? words.get(2).toLowerCase(Locale.ROOT) : "";
    }

    /** @param stages names that {@code --from} takes as stages, not as images */
    private void add(DockerfileInstruction instruction, Set<String> stages) {
        switch (instruction.word()) {
            // Its stages are those of a later build that begins with this image.
            case "ONBUILD" -> add(instruction.onBuild(), Set.of());
            case "ADD" -> {
                if (sources(instruction).stream().anyMatch(DockerfileReach::mayBeAddress)) {
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

    /** The words of an {@code ADD} except the last one, the destination. If engines split the words differently: the words of all of them. */
    private static List<String> sources(DockerfileInstruction add) {
        String arguments = add.arguments();
        // No engine takes other text for an array of strings.
        if (!arguments.startsWith("[") || !arguments.substring(1).strip().startsWith("\"")) {
            return withoutLast(add.words());
        }
        Optional<List<String>> words = strings(arguments);
        if (words.isPresent()) {
            return withoutLast(words.get());
        }
        // Some engines parse the JSON at the beginning, others take everything as plain words.
        List<String> any = new ArrayList<>(List.of(arguments.split("[ \\t,\\[\\]]+")));
        if (arguments.contains("\\u")) {
            any.add("$");
        }
        return any;
    }

    private static List<String> withoutLast(List<String> words) {
        // The engine refuses a single word.
        return words.size() < 2 ? words : words.subList(0, words.size() - 1);
    }

    /** Empty if the whole text is not an array of strings. */
    private static Optional<List<String>> strings(String json) {
        try {
            JsonNode array = JsonMapper.shared().readTree(json);
            return array.valueStream().allMatch(JsonNode::isString)
                    ? Optional.of(array.valueStream().map(JsonNode::asString).toList())
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether the engine may take the word for a URL. The beginning of a word is fixed up to the first variable, except for quotes and
     * escapes. A variable can have any value. Invisible characters may be dropped.
     */
    private static boolean mayBeAddress(String word) {
        String plain = word.replaceAll("[\"'`\\\\]", "");
        int end = 0;
        while (end < plain.length() && isKept(plain.codePointAt(end))) {
            end += Character.charCount(plain.codePointAt(end));
        }
        String literal = plain.substring(0, end).toLowerCase(Locale.ROOT);
        boolean whole = end == plain.length();
        return SCHEMES.stream()
                .anyMatch(scheme -> literal.startsWith(scheme) || (!whole && scheme.startsWith(literal)));
    }

    private static boolean isKept(int character) {
        return switch (Character.getType(character)) {
            case Character.SPACE_SEPARATOR -> character == ' ';
            case Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> character != '$';
        };
    }
}
