package dev.trainyard.core.dockerfile;

import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every engine refuses of a whole Dockerfile before it looks for any image (moby/buildkit, {@code instructions/parse.go}): so that
 * nothing is pulled for a build that cannot be.
 */
public final class DockerfileForm {

    private static final Set<String> MAY_BE_EMPTY = Set.of("CMD", "ENTRYPOINT", "RUN");

    private static final Set<String> KNOWN = Set.of(
            "ADD",
            "ARG",
            "CMD",
            "COPY",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "FROM",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "RUN",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
            "WORKDIR");

    private DockerfileForm() {}

    /** @throws UnreadableDockerfile as {@link DockerfileInstruction#of(String, String)}, or if every engine refuses it */
    public static List<DockerfileInstruction> read(String dockerfile, @Nullable String target) {
        List<DockerfileInstruction> instructions = DockerfileInstruction.of(dockerfile, target);
        boolean inStage = false;
        for (DockerfileInstruction instruction : instructions) {
            check(instruction);
            inStage |= instruction.word().equals("FROM");
            if (!inStage && !instruction.word().equals("ARG")) {
                throw new UnreadableDockerfile(
                        instruction.line(), instruction.word() + " before any FROM", "Write FROM IMAGE before it.");
            }
        }
        return instructions;
    }

    private static void check(DockerfileInstruction instruction) {
        String word = instruction.word();
        if (!KNOWN.contains(word)) {
            throw new UnreadableDockerfile(
                    instruction.line(),
                    "the instruction %s, which no engine knows".formatted(Excerpt.plain(word, 60)),
                    NearestName.among(KNOWN, word)
                            .map("Did you mean %s? Correct it."::formatted)
                            .orElse("Correct it, or leave it out."));
        }
        if (word.equals("FROM")) {
            checkFrom(instruction);
        } else if (instruction.arguments().isEmpty() && !MAY_BE_EMPTY.contains(word)) {
            throw new UnreadableDockerfile(
                    instruction.line(), word + " with nothing after it", "Write what it is for, or leave it out.");
        } else if ((word.equals("COPY") || word.equals("ADD"))
                && !instruction.arguments().startsWith("[")
                && instruction.words().size() < 2) {
            throw new UnreadableDockerfile(
                    instruction.line(),
                    word + " without a destination",
                    "Write %s SOURCE DESTINATION.".formatted(word));
        }
    }

    private static void checkFrom(DockerfileInstruction from) {
        List<String> words = from.words();
        boolean named = words.size() == 3 && words.get(1).equalsIgnoreCase("as");
        if (words.size() != 1 && !named) {
            throw new UnreadableDockerfile(
                    from.line(), "FROM with neither one nor three words", "Write FROM IMAGE, or FROM IMAGE AS NAME.");
        }
        if (named && !words.get(2).toLowerCase(Locale.ROOT).matches("[a-z][a-z0-9_.-]*+")) {
            throw new UnreadableDockerfile(
                    from.line(),
                    "the name %s of a stage".formatted(Excerpt.quote(words.get(2))),
                    "Begin it with a letter, and go on with letters, digits, '-', '_' and '.', without variables.");
        }
    }
}
