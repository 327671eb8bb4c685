package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.lifecycle.Cause;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Computes an upper bound for the lengths of the texts that the engine gets when it replaces variables in a Dockerfile. The engine's time for
 * an instruction is quadratic in this length. Twenty lines {@code ENV A=$A$A} are enough for a step of hours, which only a restart of the
 * engine ends.
 *
 * <p>A length never decreases here, because another stage may still have an earlier value of the variable.
 */
final class StageValues {

    /** In characters, per instruction. Linux limits a variable of a program to twice as much. */
    private static final int LONGEST = 1 << 16;

    /** In characters, for all instructions together. */
    private static final int MOST = 1 << 20;

    /** Instructions in which the engine replaces no variables. {@link GlobalArguments} handles those in FROM. */
    private static final Set<String> UNCHANGED =
            Set.of("RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK", "MAINTAINER", "ONBUILD", "FROM");

    private final Map<String, Long> lengths = new HashMap<>();

    /** The length of variables whose names are not certain: with quotes, or with variables in the name. */
    private long ofAny;

    private long all;

    /** @param given arguments of the build, by name */
    StageValues(Map<String, String> given) {
        given.forEach((name, value) -> put(name, value.length()));
    }

    /** @param environment of a base image, as {@code NAME=value} */
    void inherit(Collection<String> environment) {
        for (String variable : environment) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                put(variable.substring(0, equals), variable.length() - equals);
            }
        }
    }

    /**
     * Counts instructions in the order in which the engine carries them out.
     *
     * @param where the source of the instructions for messages, such as {@code the Dockerfile}
     * @throws ImageFailure if one of them or their total becomes too long
     */
    void add(List<DockerfileInstruction> instructions, String where) {
        for (DockerfileInstruction instruction : instructions) {
            if (!UNCHANGED.contains(instruction.word())) {
                count(filledIn(instruction.arguments()), instruction, where);
                declare(instruction);
            }
        }
    }

    private void count(long length, DockerfileInstruction instruction, String where) {
        all += length;
        if (length > LONGEST || all > MOST) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the image cannot be built: in line %d of %s (%s), the values of variables expand to %s. The engine would need hours for this. Use shorter values, or set them in a RUN"
                            .formatted(
                                    instruction.line(),
                                    where,
                                    instruction.word(),
                                    length > LONGEST
                                            ? "more than 64 KiB"
                                            : "more than 1 MiB together with the lines above it"));
        }
    }

    private void declare(DockerfileInstruction instruction) {
        boolean env = instruction.word().equals("ENV");
        if (!env && !instruction.word().equals("ARG")) {
            return;
        }
        String arguments = instruction.arguments();
        // If it is not certain how the engine splits the words, each variable may get all of them.
        Optional<List<String>> quoted = GlobalArguments.quotedWords(arguments);
        List<String> words = quoted.orElseGet(instruction::words);
        boolean oneValue = env && !words.isEmpty() && !words.getFirst().contains("=");
        for (String word : oneValue ? words.subList(0, 1) : words) {
            int equals = word.indexOf('=');
            if (equals >= 0 || env) {
                String value = oneValue || quoted.isEmpty() ? arguments : word.substring(equals + 1);
                put(equals < 0 ? word : word.substring(0, equals), filledIn(value));
            }
        }
    }

    private void put(String name, long length) {
        if (name.chars().allMatch(c -> c < 0x80 && isOfName((char) c) || c == '-' || c == '.')) {
            lengths.merge(name, length, Math::max);
        } else {
            ofAny = Math.max(ofAny, length);
        }
    }

    private long of(String name) {
        return Math.max(ofAny, lengths.getOrDefault(name, 0L));
    }

    /** An upper bound: every name after a dollar counts as replaced. */
    private long filledIn(String text) {
        long length = text.length();
        long replaced = 0;
        for (int at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at + 1)) {
            boolean braces = text.startsWith("{", at + 1);
            int from = braces ? at + 2 : at + 1;
            int end = from;
            while (end < text.length() && isOfName(text.charAt(end))) {
                end++;
            }
            long value = of(text.substring(from, end));
            length = Math.min(MOST, length + value);
            // Newer engines can replace within a value. Then each of its characters may become the text that follows.
            replaced = Math.max(replaced, braces && text.startsWith("/", end) ? value : 0);
        }
        return Math.min(MOST, length * (replaced + 1));
    }

    private static boolean isOfName(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
