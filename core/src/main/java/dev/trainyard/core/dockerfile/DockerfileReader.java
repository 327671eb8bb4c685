package dev.trainyard.core.dockerfile;

import dev.trainyard.core.text.WhiteSpace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Joins the lines of a Dockerfile into instructions. */
final class DockerfileReader {

    private static final Set<String> MAY_HAVE_DOCUMENTS = Set.of("RUN", "COPY", "ADD", "ONBUILD");

    private final @Nullable String target;
    private final List<DockerfileInstruction> instructions = new ArrayList<>();
    private final StringBuilder joined = new StringBuilder();
    private final Set<String> directives = new HashSet<>();
    private char escape = '\\';

    /** Whether a directive may follow, because only directives came before. */
    private boolean atTop = true;

    /** Whether there was a line that some releases read as a directive, and others as the end of the directives. */
    private boolean uncertain;

    private boolean inTarget;
    private boolean afterTarget;
    private boolean continued;
    private int line;
    private int firstLine;

    DockerfileReader(@Nullable String target) {
        this.target = target;
    }

    List<DockerfileInstruction> read(String dockerfile) {
        // Windows editors write a byte order mark, and the engine skips one.
        int start = dockerfile.startsWith("\uFEFF") ? 1 : 0;
        while (!afterTarget && start < dockerfile.length()) {
            int newLine = dockerfile.indexOf('\n', start);
            int end = newLine < 0 ? dockerfile.length() : newLine;
            boolean windows = newLine > start && dockerfile.charAt(newLine - 1) == '\r';
            line++;
            read(line, dockerfile.substring(start, windows ? end - 1 : end));
            start = end + 1;
        }
        if (!joined.isEmpty()) {
            add();
        }
        return instructions;
    }

    private void read(int number, String text) {
        refuseControlCharacters(text);
        String bare = DockerfileInstruction.withoutBlanksAtEnd(text.stripLeading());
        refuseOtherSpace(text);
        boolean comment = bare.startsWith("#");
        if (atTop) {
            readDirective(comment ? bare.substring(1) : "");
        }
        if (comment || bare.isEmpty()) {
            return;
        }
        refuseSpaceAtEnd(bare);
        if (!continued) {
            firstLine = number;
        }
        continued = bare.charAt(bare.length() - 1) == escape;
        if (continued && bare.length() > 1 && bare.charAt(bare.length() - 2) == escape) {
            throw refused(
                    "two '%c' at its end: engines differ in whether the next line continues it".formatted(escape),
                    "Write one, or none.");
        }
        // Keep blanks at the start of a continued line, because the engine does not insert a separator.
        String whole = DockerfileInstruction.withoutBlanksAtEnd(text);
        joined.append(continued ? whole.substring(0, whole.length() - 1) : text);
        if (!continued) {
            add();
        }
    }

    private void add() {
        String text = joined.toString();
        joined.setLength(0);
        DockerfileInstruction instruction = DockerfileInstruction.of(firstLine, text);
        if (instruction.word().isEmpty()) {
            return;
        }
        if (instruction.word().equals("FROM")) {
            afterTarget = inTarget;
            inTarget = isTarget(instruction.words());
        }
        if (afterTarget) {
            return;
        }
        if (instruction.word().equals("ONBUILD")) {
            DockerfileInstruction unused = instruction.onBuild();
        }
        if (MAY_HAVE_DOCUMENTS.contains(instruction.word()) && mayHaveHereDocument(text)) {
            throw new UnreadableDockerfile(
                    firstLine,
                    "a here-document (<<), which only BuildKit supports: the engine's own builder skips it or reads its"
                            + " lines as instructions",
                    "Write RUN with && or printf, COPY a file of the source, or quote << if it is not a here-document.");
        }
        instructions.add(instruction);
    }

    private boolean isTarget(List<String> from) {
        return from.size() == 3
                && from.get(1).equalsIgnoreCase("as")
                && from.get(2).equalsIgnoreCase(target);
    }

    /** @param comment the text after the {@code #}. Empty if the line is not a comment */
    private void readDirective(String comment) {
        int equals = comment.indexOf('=');
        String name =
                equals < 0 ? "" : withoutSpace(comment.substring(0, equals)).toLowerCase(Locale.ROOT);
        if (name.isEmpty() || !name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9')) {
            atTop = false;
            return;
        }
        String value = withoutSpace(comment.substring(equals + 1));
        boolean certain = !uncertain
                && !value.isEmpty()
                && comment.chars().limit(equals).allMatch(c -> c < 0x80)
                && (name.equals("escape") || name.equals("syntax"))
                && directives.add(name);
        if (name.equals("escape")) {
            if (!certain || !(value.equals("\\") || value.equals("`"))) {
                throw refused(
                        "an escape directive that engines read differently",
                        "Write # escape=` once, on the first line of the file, or leave it out.");
            }
            escape = value.charAt(0);
        }
        uncertain = !certain;
    }

    private static String withoutSpace(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private void refuseControlCharacters(String text) {
        text.chars()
                .filter(c -> c != '\t' && Character.isISOControl(c))
                .findFirst()
                .ifPresent(c -> {
                    throw refused(
                            "the control character " + named(c),
                            "Leave it out. Lines end with a line feed, or with carriage return and line feed.");
                });
    }

    /** The engine treats such a character as a space at the start of a line, but not at the end of a continued line. */
    private void refuseOtherSpace(String text) {
        int at = 0;
        while (at < text.length() && DockerfileInstruction.isBlank(text.charAt(at))) {
            at++;
        }
        if (at < text.length() && isOtherSpace(text.charAt(at))) {
            throw refused("the space " + named(text.charAt(at)) + " at its beginning", "Write a plain one.");
        }
    }

    private void refuseSpaceAtEnd(String text) {
        char last = text.charAt(text.length() - 1);
        if (isOtherSpace(last)) {
            throw refused("the space " + named(last) + " at its end", "Leave it out.");
        }
    }

    private static boolean isSpace(char c) {
        return DockerfileInstruction.isBlank(c) || isOtherSpace(c);
    }

    static boolean isOtherSpace(char c) {
        return c > 0x7F && WhiteSpace.is(c);
    }

    private UnreadableDockerfile refused(String what, String remedy) {
        return new UnreadableDockerfile(line, what, remedy);
    }

    static String named(int c) {
        return "U+%04X".formatted(c);
    }

    /**
     * Whether some release reads a word of the instruction as the start of a here-document: {@code <<EOF}, {@code 3<<-"EOF"}. Words are
     * those of its shell. Quotes inside of variables are not followed.
     */
    private static boolean mayHaveHereDocument(String text) {
        char quote = 0;
        boolean outside = false;
        boolean anywhere = false;
        boolean involved = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (beginsHereDocument(text, at)) {
                anywhere = true;
                outside |= quote == 0;
            }
            if (c == '\\' && (quote == 0 || quote == '"' && isEscaped(text, at + 1))) {
                at++;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '$' && quote != '\'' && text.startsWith("{", at + 1)) {
                involved |= isInvolved(text, at + 2);
            }
        }
        // After an unclosed quote, releases that support here-documents do not search for them.
        return involved ? anywhere : outside && quote == 0;
    }

    /** The characters that a backslash escapes within double quotes. */
    private static boolean isEscaped(String text, int at) {
        return at < text.length() && "\"\\$".indexOf(text.charAt(at)) >= 0;
    }

    private static boolean beginsHereDocument(String text, int at) {
        if (!text.startsWith("<<", at) || text.startsWith("<<<", at)) {
            return false;
        }
        int start = at;
        while (start > 0 && text.charAt(start - 1) >= '0' && text.charAt(start - 1) <= '9') {
            start--;
        }
        return start == 0 || isSpace(text.charAt(start - 1));
    }

    /** Searches only to the next {@code $}, so that the whole text is searched once. */
    private static boolean isInvolved(String text, int start) {
        for (int at = start; at < text.length(); at++) {
            if (text.charAt(at) == '}') {
                return false;
            }
            if ("'\"\\{/$`".indexOf(text.charAt(at)) >= 0) {
                return true;
            }
        }
        return true;
    }
}
