package dev.trainyard.cli.source;

import dev.trainyard.core.request.DockerfileInstruction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** As much of a Dockerfile as tells which archives it takes from its context. */
final class Dockerfile {

    private static final Pattern ARCHIVE =
            Pattern.compile("(?i).+\\.(tar|tar\\.gz|tgz|tar\\.bz2|tbz2?|tar\\.xz|txz|tar\\.zst)");
    private static final Pattern NOT_UNPACKED = Pattern.compile("(?i)--unpack=false");

    private Dockerfile() {}

    /**
     * Paths within the context of the archives that are added or copied, in order. Left out are addresses, and names that only
     * the build can tell: with variables or wildcards, or from another stage.
     */
    static List<String> archives(String text) {
        return archives(text, false);
    }

    /** Those of {@link #archives} that the build is to unpack: they are added, not copied. */
    static List<String> unpacked(String text) {
        return archives(text, true);
    }

    private static List<String> archives(String text, boolean toUnpack) {
        return instructions(text)
                .filter(instruction -> !(toUnpack && leavesPacked(instruction)))
                .flatMap(instruction -> sources(instruction.arguments()).stream())
                .filter(Dockerfile::isArchive)
                .map(Dockerfile::plain)
                .toList();
    }

    private static boolean leavesPacked(DockerfileInstruction instruction) {
        return instruction.word().equals("COPY")
                || NOT_UNPACKED.matcher(instruction.arguments()).lookingAt();
    }

    /** Whether each instruction stands where it seems to: a here-document, or another escape character, could say otherwise. */
    static boolean isPlain(String text) {
        return !text.contains("<<") && !text.toLowerCase(Locale.ROOT).contains("escape=");
    }

    /** Whether each source is written out, a file: what is copied then, is what {@link #archives} and a look tell. */
    static boolean takesNamesOnly(String text) {
        return isPlain(text)
                && instructions(text)
                        .flatMap(instruction -> sources(instruction.arguments()).stream())
                        .map(Dockerfile::plain)
                        .noneMatch(source -> source.isEmpty() || source.chars().anyMatch(c -> "$*?[".indexOf(c) >= 0));
    }

    private static Stream<DockerfileInstruction> instructions(String text) {
        return DockerfileInstruction.of(text).stream()
                .filter(instruction ->
                        instruction.word().equals("ADD") || instruction.word().equals("COPY"));
    }

    /** The words but for options and the last, which is the target; none if they come from another stage. */
    private static List<String> sources(String arguments) {
        List<String> words = new ArrayList<>(Arrays.asList(arguments.split("\\s+")));
        while (!words.isEmpty() && words.getFirst().startsWith("--")) {
            if (words.removeFirst().toLowerCase(Locale.ROOT).startsWith("--from=")) {
                return List.of();
            }
        }
        String rest = String.join(" ", words);
        if (rest.startsWith("[")) {
            words = Pattern.compile("\"([^\"]*)\"")
                    .matcher(rest)
                    .results()
                    .map(word -> word.group(1))
                    .toList();
        }
        return words.isEmpty() ? List.of() : words.subList(0, words.size() - 1);
    }

    private static boolean isArchive(String source) {
        return ARCHIVE.matcher(source).matches()
                && !source.contains("://")
                && source.indexOf('@') < 0
                && source.chars().noneMatch(c -> "$*?[".indexOf(c) >= 0);
    }

    private static String plain(String source) {
        int start = 0;
        while (source.startsWith("./", start) || source.startsWith("/", start)) {
            start += source.charAt(start) == '/' ? 1 : 2;
        }
        return Path.of(source.substring(start)).normalize().toString();
    }
}
