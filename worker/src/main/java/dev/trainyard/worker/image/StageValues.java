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
 * How long the values are that the engine fills in over the stages of a Dockerfile, at most. The engine's time for one instruction grows with
 * the square of its length, and nothing but a restart of the engine ends a step that twenty lines {@code ENV A=$A$A} have made long.
 *
 * <p>Lengths only grow here: an older value of a variable may hold in another stage.
 */
final class StageValues {

    /** Linux gives no program a longer variable than twice this. */
    private static final int LONGEST = 1 << 16;

    /** Of all instructions together. */
    private static final int MOST = 1 << 20;

    /** In these the engine fills in nothing; what it fills in in FROM, {@link GlobalArguments} knows. */
    private static final Set<String> UNCHANGED =
            Set.of("RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK", "MAINTAINER", "ONBUILD", "FROM");

    private final Map<String, Long> lengths = new HashMap<>();

    /** Of a variable whose own name is filled in, or has quotes. */
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
     * @param where for people, such as {@code the Dockerfile}
     * @throws ImageFailure if one becomes too long, or all of them together
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
                    "the image cannot be built: in line %d of %s (%s) the values of variables, filled in, make %s. The engine takes hours for that. Write shorter values, or set them in a RUN"
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
        // Where it is not certain what divides the words, each variable may have all of them.
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

    /** At most: as if each variable were filled in wherever it is named. */
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
            // Newer engines replace within a value: each letter of it may become what follows.
            replaced = Math.max(replaced, braces && text.startsWith("/", end) ? value : 0);
        }
        return Math.min(MOST, length * (replaced + 1));
    }

    private static boolean isOfName(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
