package dev.trainyard.core.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One instruction of a Dockerfile, with its continued lines joined, without comments. It is read as all releases of the engine's own
 * (classic) builder read it. A text that releases read differently is refused.
 *
 * @param line the number of its first line, from 1
 * @param word in upper case, such as {@code COPY}
 * @param flags each with its hyphens, without quotes: {@code --from=build}
 * @param arguments the text after the flags
 */
public record DockerfileInstruction(int line, String word, List<String> flags, String arguments) {

    private static final Set<String> WORDS_ARE_JUDGED = Set.of("ADD", "COPY");

    public DockerfileInstruction {
        flags = List.copyOf(flags);
    }

    /**
     * Reads the instructions up to the end of the stage that is built. Later ones may be for another builder. Takes linear time.
     *
     * @param target the name of the stage. Null or an unknown name means the last stage
     * @throws UnreadableDockerfile if engines may read the text differently
     */
    public static List<DockerfileInstruction> of(String dockerfile, @Nullable String target) {
        return new DockerfileReader(target).read(dockerfile);
    }

    /** @param text one instruction with its lines joined */
    static DockerfileInstruction of(int line, String text) {
        int start = afterBlanks(text, 0);
        int end = start;
        while (end < text.length() && !isBlank(text.charAt(end))) {
            end++;
        }
        String word = text.substring(start, end);
        // Some upper-case letters of other alphabets have a lower-case letter in ASCII, so the engine accepts such a
        // word.
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

    /** Returns the end of the flag. */
    private static int readFlag(int line, String text, int start, StringBuilder flag) {
        int at = start;
        char quote = 0;
        for (; at < text.length() && (quote != 0 || !isBlank(text.charAt(at))); at++) {
            char c = text.charAt(at);
            if (c == '\\' || c == '`') {
                throw new UnreadableDockerfile(
                        line, "'%c' in a flag, which engines read differently".formatted(c), "Leave it out.");
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
            throw new UnreadableDockerfile(line, "a flag with an unclosed quote", "Close the quote, or leave it out.");
        }
        requireAscii(line, flag.toString(), "in a flag");
        return at;
    }

    private static void requireAscii(int line, String text, String where) {
        text.codePoints().filter(c -> c > 0x7F).findFirst().ifPresent(c -> {
            throw new UnreadableDockerfile(
                    line,
                    "the character %s %s".formatted(DockerfileReader.named(c), where),
                    "Use only ASCII characters.");
        });
    }

    /**
     * The instruction in an {@code ONBUILD}, for builds that start from the image.
     *
     * @throws UnreadableDockerfile if the instruction is missing
     */
    public DockerfileInstruction onBuild() {
        DockerfileInstruction inner = of(line, arguments);
        // The engine parses this text later, as a separate Dockerfile, when it builds from the image.
        if (inner.word().isEmpty() || !inner.word().chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
            throw new UnreadableDockerfile(
                    line, "ONBUILD without an instruction", "Write one after it, as in ONBUILD RUN make.");
        }
        return inner;
    }

    /** The arguments, split at blanks. Quotes and brackets stay unchanged. */
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
