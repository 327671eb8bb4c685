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

    /** The words of an {@code ADD} but for the last, which is where they go. Where engines differ in what the words are: all of all of them. */
    private static List<String> sources(DockerfileInstruction add) {
        String arguments = add.arguments();
        // Anything else is no array of strings to any engine, or has none in it.
        if (!arguments.startsWith("[") || !arguments.substring(1).strip().startsWith("\"")) {
            return withoutLast(add.words());
        }
        Optional<List<String>> words = strings(arguments);
        if (words.isPresent()) {
            return withoutLast(words.get());
        }
        // Some engines read the JSON with which it begins, others take all of it for plain words.
        List<String> any = new ArrayList<>(List.of(arguments.split("[ \\t,\\[\\]]+")));
        if (arguments.contains("\\u")) {
            any.add("$");
        }
        return any;
    }

    private static List<String> withoutLast(List<String> words) {
        // Of a single one the engine says that it is too few.
        return words.size() < 2 ? words : words.subList(0, words.size() - 1);
    }

    /** Empty: the whole text is no array of strings. */
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
     * Whether it is not certain that the engine takes it for a path. What a word begins with stays as it is up to the first variable, but for
     * quotes and what escapes; the value of a variable may be anything, and characters that are none to be seen may be left out.
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
