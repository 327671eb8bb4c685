package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.e2e.RegularExpressions.Expression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No regular expression of the product takes more than linear time, nor a deep stack, whatever text it meets. Time is counted as characters
 * read: a text of four times the length may cost four times as many.
 */
class RegularExpressionsTest {

    private static final Path ROOT = Path.of("..");
    private static final int LENGTH = 256;

    /** Four for what is linear, sixteen for what is quadratic; between them what is constant at the start of a text. */
    private static final int MOST_GROWTH = 8;

    /** What a loop without recursion needs is far less, what a recursion of {@code DEEP} levels needs is more, compiled or not. */
    private static final long STACK_BYTES = 256 * 1024;

    private static final int DEEP = 64 * LENGTH;

    private static final RegularExpressions PRODUCT = read();

    /** What is no constant at the place where it is applied, and why it is safe. */
    private static final Set<String> MADE_AT_RUN_TIME = Set.of(
            // Two numbers within an expression for one class of characters.
            "IdPart: \"[0-9a-fA-F-]{%d,%d}\".formatted(LEAST, FORM.length())",
            // A number within an expression for so many characters at most.
            "Setting: ContainerPath.FORM",
            // Methods of the same name that take no expression.
            "KnownJobs: request.jobId().toString()",
            "JobLog: data",
            "Retry: policy",
            // One character.
            "Cursor: Pattern.quote(SEPARATOR)",
            "NvidiaSmi: File.pathSeparator",
            "StateHome: File.pathSeparator",
            // The parameter of one of our own methods: what its callers name is looked at there.
            "ConfigValue: regex",
            "ConfigValue: known",
            "RunFlags: regex",
            "PrivilegesReader: known");

    private static RegularExpressions read() {
        try {
            return RegularExpressions.of(ROOT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Expression> expressions() {
        return PRODUCT.found().stream();
    }

    /** Each is searched for in a value of any length: the limit of the length is another keyword. */
    static Stream<Expression> expressionsOfTheSchema() throws IOException {
        Path schema = ROOT.resolve("core/src/main/resources/trainyard.request.v1.schema.json");
        return Pattern.compile("\"pattern\": \"((?:[^\"\\\\]|\\\\.)*)\"")
                .matcher(Files.readString(schema))
                .results()
                .map(found -> found.group(1).replace("\\\\", "\\"))
                .map(regex -> new Expression("schema", Pattern.compile(regex), false));
    }

    @Test
    void every_expression_of_the_sources_is_looked_at() {
        assertThat(PRODUCT.found()).hasSizeGreaterThan(100);
        assertThat(PRODUCT.notConstant()).isSubsetOf(MADE_AT_RUN_TIME);
    }

    @Test
    void quadratic_and_recursive_expressions_are_found() {
        assertThat(problems(new Expression("", Pattern.compile("^\\s*RUN", Pattern.MULTILINE), false)))
                .isNotEmpty();
        assertThat(problems(new Expression("", Pattern.compile("(a|b)*c"), true)))
                .isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource({"expressions", "expressionsOfTheSchema"})
    void an_expression_reads_each_text_in_linear_time_and_without_a_deep_stack(Expression expression) {
        assertThat(problems(expression)).isEmpty();
    }

    private static List<String> problems(Expression expression) {
        return onSmallStack(() -> {
            List<String> problems = new ArrayList<>();
            for (Text text : texts(expression.pattern().pattern())) {
                try {
                    long few = reads(expression, text.ofLength(LENGTH));
                    long many = reads(expression, text.ofLength(4 * LENGTH));
                    if (many > MOST_GROWTH * (few + LENGTH)) {
                        problems.add("%s: %d characters read, %d of four times the length".formatted(text, few, many));
                    } else {
                        reads(expression, text.ofLength(DEEP));
                    }
                } catch (StackOverflowError e) {
                    problems.add(text + ": a deep stack");
                }
            }
            return problems;
        });
    }

    private static long reads(Expression expression, String text) {
        Counted counted = new Counted(text);
        Matcher matcher = expression.pattern().matcher(counted);
        boolean unused = matcher.matches();
        if (!expression.whole()) {
            matcher.reset();
            while (matcher.find()) {
                // To the end of the text.
            }
        }
        return counted.reads;
    }

    private static final class Counted implements CharSequence {

        private final String text;
        private long reads;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            reads++;
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A beginning, a middle as long as is wanted, and an end. */
    private record Text(String start, String middle, String end) {

        String ofLength(int length) {
            return start + middle.repeat(length / middle.length()) + end;
        }

        @Override
        public String toString() {
            return "'%s' + '%s' again and again + '%s'"
                    .formatted(start, middle, end)
                    .replace("\n", "\\n")
                    .replace("\r", "\\r");
        }
    }

    private static Set<Text> texts(String regex) {
        List<String> pieces = pieces(regex);
        String whole = String.join("", pieces);
        Set<String> middles = new LinkedHashSet<>(pieces);
        for (char c : " \n\t\r-=\\\"'aA0/:.,([{<#$%&@_!\u001B".toCharArray()) {
            middles.add(String.valueOf(c));
        }
        middles.addAll(List.of(" \n", "\r\n", "\\\n", "a ", "a=", "a.", "a/", "a-", "a\n", "0.", "\"\\", "''", "#\n"));
        middles.add(whole);
        middles.add(whole + "\n");
        for (int i = 1; i < pieces.size(); i++) {
            middles.add(pieces.get(i - 1) + pieces.get(i));
        }
        Set<String> starts = new LinkedHashSet<>(List.of("", whole));
        StringBuilder start = new StringBuilder();
        for (String piece : pieces) {
            starts.add(start.append(piece).toString());
            starts.add(piece);
        }
        Set<Text> texts = new LinkedHashSet<>();
        for (String middle : middles) {
            if (!middle.isEmpty()) {
                starts.forEach(before -> texts.add(new Text(before, middle, "\u0001")));
                texts.add(new Text("", middle, ""));
            }
        }
        String example = new Example(regex).text();
        for (int end = 1; end <= example.length(); end++) {
            texts.add(new Text("", example.substring(0, end), "\u0001"));
            texts.add(new Text(example.substring(0, end), example, "\u0001"));
        }
        return texts;
    }

    /** What an expression wants to see, piece by piece: its own letters, and one character of each class. */
    private static List<String> pieces(String regex) {
        List<String> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\' && i + 1 < regex.length()) {
                char escaped = regex.charAt(++i);
                switch (escaped) {
                    case 's', 'h' -> literal.append(' ');
                    case 'd' -> literal.append('0');
                    case 'w', 'S', 'D' -> literal.append('a');
                    case 'R', 'n' -> literal.append('\n');
                    case 'b', 'B', 'p', 'E', 'Q' -> {}
                    default -> literal.append(escaped);
                }
            } else if ("[](){}|*+?^$.".indexOf(c) >= 0) {
                if (!literal.isEmpty()) {
                    pieces.add(literal.toString());
                    literal.setLength(0);
                }
            } else {
                literal.append(c);
            }
        }
        if (!literal.isEmpty()) {
            pieces.add(literal.toString());
        }
        return pieces;
    }

    /** Something that an expression fits, more or less: of alternatives the first, of what may be repeated one. */
    private static final class Example {

        private final String regex;
        private int at;

        Example(String regex) {
            this.regex = regex;
        }

        String text() {
            StringBuilder first = null;
            StringBuilder text = new StringBuilder();
            while (at < regex.length() && regex.charAt(at) != ')') {
                char c = regex.charAt(at++);
                switch (c) {
                    case '|' -> {
                        first = first == null ? text : first;
                        text = new StringBuilder();
                    }
                    case '(' -> text.append(group());
                    case '[' -> text.append(oneOf());
                    case '{' -> at = regex.indexOf('}', at) + 1;
                    case '\\' -> text.append(escaped(regex.charAt(at++)));
                    case '.' -> text.append('a');
                    case '^', '$', '*', '+', '?' -> {}
                    default -> text.append(c);
                }
            }
            return (first == null ? text : first).toString();
        }

        private String group() {
            if (regex.startsWith("?", at)) {
                // The kind of the group; a look around it is left out.
                boolean looksAround =
                        regex.startsWith("?=", at) || regex.startsWith("?!", at) || regex.startsWith("?<", at);
                at = regex.startsWith("?i)", at) || regex.startsWith("?s)", at) || regex.startsWith("?m)", at)
                        ? at + 2
                        : at + (regex.startsWith("?<", at) ? 3 : 2);
                String inside = text();
                at++;
                return looksAround ? "" : inside;
            }
            String inside = text();
            at++;
            return inside;
        }

        private String oneOf() {
            boolean other = regex.startsWith("^", at);
            int start = other ? at + 1 : at;
            int end = regex.indexOf(']', start + 1);
            at = end + 1;
            return other
                    ? "a"
                    : regex.charAt(start) == '\\'
                            ? escaped(regex.charAt(start + 1))
                            : regex.substring(start, start + 1);
        }

        private static String escaped(char c) {
            return switch (c) {
                case 's', 'h' -> " ";
                case 'd' -> "0";
                case 'w', 'S', 'D' -> "a";
                case 'R', 'n' -> "\n";
                case 'b', 'B', 'p', 'E', 'Q' -> "";
                default -> String.valueOf(c);
            };
        }
    }

    private static <T> T onSmallStack(Supplier<T> work) {
        FutureTask<T> task = new FutureTask<>(work::get);
        new Thread(null, task, "small-stack", STACK_BYTES).start();
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
