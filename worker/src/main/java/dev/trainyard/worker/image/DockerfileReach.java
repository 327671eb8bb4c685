package dev.trainyard.worker.image;

import java.util.ArrayList;
import java.util.Arrays;
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
 * What a Dockerfile reaches by way of the engine: addresses that {@code ADD} fetches, and images that it is built from. Downloads are
 * to be found whatever the text looks like, and more may be found than there are: where releases of the engine read a line in different
 * ways, all of these count.
 *
 * @param downloads instructions that may make the engine fetch an address, as they are written
 * @param bases images of {@code FROM}, with the values of arguments filled in
 * @param others images of {@code COPY --from}
 */
record DockerfileReach(Set<String> downloads, Set<String> bases, Set<String> others) {

    private static final List<String> SCHEMES = List.of("http://", "https://");
    private static final String WHITE = "[\\s\\u0085\\u00a0]+";

    /** Of a text with its continued lines joined. */
    private record Instruction(String word, String arguments) {

        private static Instruction of(String line) {
            String[] parts = line.split(WHITE, 2);
            return new Instruction(parts[0].toUpperCase(Locale.ROOT), parts.length > 1 ? trimmed(parts[1]) : "");
        }
    }

    /** @param arguments of the build, which come before the values that the Dockerfile gives */
    static DockerfileReach of(String dockerfile, Map<String, String> arguments) {
        Set<String> downloads = new LinkedHashSet<>();
        Set<String> bases = new LinkedHashSet<>();
        Set<String> others = new LinkedHashSet<>();
        for (char escape : new char[] {'\\', '`'}) {
            for (boolean doubled : new boolean[] {true, false}) {
                instructions(dockerfile, escape, doubled).forEach(each -> addDownloads(each, downloads));
            }
        }
        addImages(instructions(dockerfile, escape(dockerfile), true), arguments, bases, others);
        return new DockerfileReach(downloads, bases, others);
    }

    private static char escape(String dockerfile) {
        for (String line : dockerfile.split("\n", -1)) {
            String bare = trimmed(line);
            if (!bare.startsWith("#")) {
                break;
            }
            if (bare.replace(" ", "").replace("\t", "").toLowerCase(Locale.ROOT).equals("#escape=`")) {
                return '`';
            }
        }
        return '\\';
    }

    /**
     * As the engine joins lines: without anything between them, comments and empty lines left out.
     *
     * @param doubled whether an escape character at the end of a line continues it where another stands before it
     */
    private static List<Instruction> instructions(String dockerfile, char escape, boolean doubled) {
        List<Instruction> instructions = new ArrayList<>();
        StringBuilder joined = new StringBuilder();
        boolean continued = false;
        for (String line : dockerfile.split("\n", -1)) {
            String bare = trimmed(line);
            if (bare.startsWith("#") || bare.isEmpty()) {
                continue;
            }
            String end = line.stripTrailing();
            boolean continues = end.endsWith(String.valueOf(escape))
                    && (doubled || end.length() < 2 || end.charAt(end.length() - 2) != escape);
            joined.append(continues ? end.substring(0, end.length() - 1) : line);
            continued = continues;
            if (!continued) {
                instructions.add(Instruction.of(trimmed(joined.toString())));
                joined.setLength(0);
            }
        }
        if (continued) {
            instructions.add(Instruction.of(trimmed(joined.toString())));
        }
        return instructions;
    }

    private static void addDownloads(Instruction instruction, Set<String> downloads) {
        switch (instruction.word()) {
            case "ONBUILD" -> addDownloads(Instruction.of(instruction.arguments()), downloads);
            case "ADD" -> {
                if (words(instruction.arguments()).anyMatch(DockerfileReach::mayBeAddress)) {
                    downloads.add("ADD " + instruction.arguments());
                }
            }
            default -> {}
        }
    }

    /** Whether an image that was built elsewhere has the engine fetch an address once something is built from it. */
    static boolean downloads(String onBuild) {
        Set<String> found = new LinkedHashSet<>();
        addDownloads(Instruction.of(trimmed(onBuild)), found);
        return !found.isEmpty();
    }

    private static Stream<String> words(String arguments) {
        List<String> plain = Arrays.stream(arguments.split(WHITE))
                .dropWhile(word -> word.startsWith("--"))
                .toList();
        if (plain.isEmpty() || !plain.getFirst().startsWith("[")) {
            return plain.stream();
        }
        try {
            JsonNode words = JsonMapper.shared().readTree(arguments.substring(arguments.indexOf('[')));
            return words.valueStream().map(word -> word.asString("$"));
        } catch (JacksonException e) {
            // Then the engine takes it for plain words, or it is JSON in a way that only the engine's own reader
            // allows.
            return Stream.concat(
                    arguments.contains("\\u") ? Stream.of("$") : Stream.of(),
                    Arrays.stream(arguments.split("[\\s\\u0085\\u00a0,\\[\\]]+")));
        }
    }

    /** The value of a variable may be anything: the base image's count before those that the Dockerfile gives. */
    private static boolean mayBeAddress(String word) {
        String plain = word.replaceAll("[\"'`\\\\]", "").toLowerCase(Locale.ROOT);
        int variable = plain.indexOf('$');
        String literal = variable < 0 ? plain : plain.substring(0, variable);
        return SCHEMES.stream()
                .anyMatch(scheme -> literal.startsWith(scheme) || (variable >= 0 && scheme.startsWith(literal)));
    }

    private static void addImages(
            List<Instruction> instructions, Map<String, String> arguments, Set<String> bases, Set<String> others) {
        Map<String, String> values = new LinkedHashMap<>();
        Set<String> stages = new LinkedHashSet<>();
        boolean global = true;
        for (Instruction instruction : instructions) {
            List<String> words = Arrays.asList(instruction.arguments().split(WHITE));
            if (instruction.word().equals("FROM")) {
                global = false;
                List<String> plain =
                        words.stream().filter(word -> !word.startsWith("--")).toList();
                String image = plain.isEmpty() ? "" : expanded(plain.getFirst(), values);
                if (!image.isEmpty() && !image.equals("scratch") && !stages.contains(image.toLowerCase(Locale.ROOT))) {
                    bases.add(image);
                }
                if (plain.size() == 3) {
                    stages.add(plain.get(2).toLowerCase(Locale.ROOT));
                }
            } else if (instruction.word().equals("ARG") && global) {
                for (String word : words) {
                    String[] pair = word.split("=", 2);
                    String value = arguments.get(pair[0]);
                    values.put(pair[0], value != null ? value : pair.length > 1 ? expanded(pair[1], values) : "");
                }
            } else if (instruction.word().equals("COPY")) {
                words.stream()
                        .filter(word -> word.startsWith("--from="))
                        .map(word -> word.substring("--from=".length()))
                        .filter(from -> !from.matches("\\d{0,9}") && !stages.contains(from.toLowerCase(Locale.ROOT)))
                        .forEach(others::add);
            }
        }
    }

    /** {@code $NAME}, {@code ${NAME}}, {@code ${NAME:-word}} and {@code ${NAME:+word}}, without quotes. */
    private static String expanded(String word, Map<String, String> values) {
        String text = word.replaceAll("[\"'\\\\`]", "");
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '$') {
                out.append(c);
                continue;
            }
            boolean braces = at < text.length() && text.charAt(at) == '{';
            int start = braces ? at + 1 : at;
            int end = start;
            while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                end++;
            }
            String value = values.getOrDefault(text.substring(start, end), "");
            int close = braces ? text.indexOf('}', end) : end;
            if (braces && close > end + 1 && text.charAt(end) == ':') {
                String alternative = text.substring(end + 2, close);
                value = text.charAt(end + 1) == '-'
                        ? (value.isEmpty() ? alternative : value)
                        : (value.isEmpty() ? "" : alternative);
            }
            out.append(value);
            at = close < 0 ? text.length() : braces ? close + 1 : end;
        }
        return out.toString();
    }

    private static String trimmed(String line) {
        int start = 0;
        int end = line.length();
        while (start < end && isWhite(line.charAt(start))) {
            start++;
        }
        while (end > start && isWhite(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(start, end);
    }

    private static boolean isWhite(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }
}
