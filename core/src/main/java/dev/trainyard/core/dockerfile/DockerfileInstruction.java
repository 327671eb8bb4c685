package dev.trainyard.core.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One instruction of a Dockerfile, with its continued lines joined, without comments. It is read as every release of the engine's own
 * (classic) builder reads it; a text that they read in different ways is refused.
 *
 * @param line on which it begins, from 1
 * @param word in capitals, such as {@code COPY}
 * @param flags each with its hyphens, without quotes: {@code --from=build}
 * @param arguments what follows the flags
 */
public record DockerfileInstruction(int line, String word, List<String> flags, String arguments) {

    private static final Set<String> WORDS_ARE_JUDGED = Set.of("ADD", "COPY");

    public DockerfileInstruction {
        flags = List.copyOf(flags);
    }

    /**
     * Up to the end of the stage that is built, in their order. What comes later may be for another builder. The time that it takes grows
     * with the length of the text and no faster.
     *
     * @param target name of the stage; null, or one that no stage has: the last
     * @throws UnreadableDockerfile if it is not certain what an engine makes of it
     */
    public static List<DockerfileInstruction> of(String dockerfile, @Nullable String target) {
        return new DockerfileReader(target).read(dockerfile);
    }

    /** @param text of one instruction, its lines joined */
    static DockerfileInstruction of(int line, String text) {
        int start = afterBlanks(text, 0);
        int end = start;
        while (end < text.length() && !isBlank(text.charAt(end))) {
            end++;
        }
        String word = text.substring(start, end);
        // Some capital letters of other alphabets have small ones that are ASCII: the engine knows such a word.
        requireAscii(line, word, "in the name of an instruction");
        List<String> flags = new ArrayList<>();
        int at = afterBlanks(text, end);
        boolean ended = false;
        while (!ended && text.startsWith("--", at)) {
            StringBuilder flag = new StringBuilder();
            at = afterBlanks(text, readFlag(line, text, at, flag));
            ended = flag.toString().equals("--");
            if (!ended) {
                flags.add(flag.toString());
            }
        }
        String arguments = withoutBlanksAtEnd(text.substring(at));
        if (!word.equalsIgnoreCase("ONBUILD")) {
            refuseOtherSpace(line, word.toUpperCase(Locale.ROOT), arguments);
        }
        if (word.equalsIgnoreCase("FROM")) {
            requireAscii(line, arguments, "in FROM");
        }
        return new DockerfileInstruction(line, word.toUpperCase(Locale.ROOT), flags, arguments);
    }

    /** The engine leaves such a space out before the arguments and between words, and a byte order mark at the beginning of each word. */
    private static void refuseOtherSpace(int line, String word, String arguments) {
        arguments
                .chars()
                .limit(WORDS_ARE_JUDGED.contains(word) ? arguments.length() : 1)
                .filter(c -> c == 0xFEFF || DockerfileReader.isOtherSpace((char) c))
                .findFirst()
                .ifPresent(c -> {
                    throw new UnreadableDockerfile(
                            line,
                            "the space %s among the words of %s".formatted(DockerfileReader.named(c), word),
                            "Write a plain one.");
                });
    }

    /** Returns where it ends. */
    private static int readFlag(int line, String text, int start, StringBuilder flag) {
        int at = start;
        char quote = 0;
        for (; at < text.length() && (quote != 0 || !isBlank(text.charAt(at))); at++) {
            char c = text.charAt(at);
            if (c == '\\' || c == '`') {
                throw new UnreadableDockerfile(
                        line, "'%c' in a flag, which engines read in different ways".formatted(c), "Leave it out.");
            }
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else {
                flag.append(c);
            }
        }
        if (quote != 0) {
            throw new UnreadableDockerfile(line, "a flag with a quote that does not end", "Close it, or leave it out.");
        }
        requireAscii(line, flag.toString(), "in a flag");
        return at;
    }

    private static void requireAscii(int line, String text, String where) {
        text.codePoints().filter(c -> c > 0x7F).findFirst().ifPresent(c -> {
            throw new UnreadableDockerfile(
                    line,
                    "the character %s %s".formatted(DockerfileReader.named(c), where),
                    "Write it with ASCII alone.");
        });
    }

    /**
     * What an {@code ONBUILD} has for the builds that begin with the image.
     *
     * @throws UnreadableDockerfile if its instruction is none
     */
    public DockerfileInstruction onBuild() {
        DockerfileInstruction inner = of(line, arguments);
        // The engine does not look at it yet: it reads it anew, as a whole Dockerfile, when the time has come.
        if (inner.word().isEmpty() || !inner.word().chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
            throw new UnreadableDockerfile(
                    line, "ONBUILD without an instruction", "Write one after it, as in ONBUILD RUN make.");
        }
        return inner;
    }

    /** The arguments at blanks, with quotes and brackets as they are. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        for (int at = 0; at < arguments.length(); at = afterBlanks(arguments, at)) {
            int start = at;
            while (at < arguments.length() && !isBlank(arguments.charAt(at))) {
                at++;
            }
            words.add(arguments.substring(start, at));
        }
        return words;
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static int afterBlanks(String text, int start) {
        int at = start;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static String withoutBlanksAtEnd(String text) {
        int end = text.length();
        while (end > 0 && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }
}
