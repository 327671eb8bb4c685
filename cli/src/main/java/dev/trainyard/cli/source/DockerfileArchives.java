package dev.trainyard.cli.source;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.dockerfile.DockerfileForm;
import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.dockerfile.UnreadableDockerfile;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the archives that a Dockerfile takes from its context. */
final class DockerfileArchives {

    private static final Pattern ARCHIVE =
            Pattern.compile("(?i).+\\.(tar|tar\\.gz|tgz|tar\\.bz2|tbz2?|tar\\.xz|txz|tar\\.zst)");

    private DockerfileArchives() {}

    /**
     * Instructions up to the end of the target stage.
     *
     * @throws Failure if engines may read the Dockerfile differently. Workers refuse to build such a file
     */
    static List<DockerfileInstruction> read(String text, @Nullable String target, String dockerfile) {
        try {
            return DockerfileForm.read(text, target);
        } catch (UnreadableDockerfile e) {
            throw new Failure(ExitCode.INVALID, "%s: %s".formatted(dockerfile, e.getMessage()), e);
        }
    }

    /**
     * Paths in the context of the archives that are added or copied, in order. Without URLs, and without names that only the
     * build can resolve: with variables or wildcards, or from another stage.
     */
    static List<String> archives(List<DockerfileInstruction> instructions) {
        return archives(instructions, false);
    }

    /** Those of {@link #archives} that the build unpacks: they are added, not copied. */
    static List<String> unpacked(List<DockerfileInstruction> instructions) {
        return archives(instructions, true);
    }

    private static List<String> archives(List<DockerfileInstruction> instructions, boolean toUnpack) {
        return ofFiles(instructions)
                .filter(instruction -> !(toUnpack && leavesPacked(instruction)))
                .flatMap(instruction -> sources(instruction).stream())
                .filter(DockerfileArchives::isArchive)
                .map(DockerfileArchives::plain)
                .toList();
    }

    private static boolean leavesPacked(DockerfileInstruction instruction) {
        return instruction.word().equals("COPY")
                || instruction.flags().stream().anyMatch("--unpack=false"::equalsIgnoreCase);
    }

    /** Whether each source is a literal file name, so that {@link #archives} is the full list of archives that are used. */
    static boolean takesNamesOnly(List<DockerfileInstruction> instructions) {
        return ofFiles(instructions)
                .flatMap(instruction -> sources(instruction).stream())
                .map(DockerfileArchives::plain)
                .noneMatch(source -> source.isEmpty() || source.chars().anyMatch(c -> "$*?[".indexOf(c) >= 0));
    }

    private static Stream<DockerfileInstruction> ofFiles(List<DockerfileInstruction> instructions) {
        return instructions.stream()
                .filter(instruction ->
                        instruction.word().equals("ADD") || instruction.word().equals("COPY"));
    }

    /** All words except the last, which is the target. None if they come from another stage. */
    private static List<String> sources(DockerfileInstruction instruction) {
        if (instruction.flags().stream().anyMatch(flag -> flag.startsWith("--from="))) {
            return List.of();
        }
        List<String> words = instruction.arguments().startsWith("[")
                ? Pattern.compile("\"([^\"]*)\"")
                        .matcher(instruction.arguments())
                        .results()
                        .map(word -> word.group(1))
                        .toList()
                : instruction.words();
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
