package dev.trainyard.core.compose;

import dev.trainyard.core.compose.YamlNode.Entry;
import dev.trainyard.core.compose.YamlNode.Mapping;
import dev.trainyard.core.compose.YamlNode.Scalar;
import dev.trainyard.core.compose.YamlNode.Sequence;
import dev.trainyard.core.request.ShellWords;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Fills a compose draft in: every {@code command}, wherever it is nested, gets {@code --name value} appended for each parameter.
 * Works on the text itself, so that everything else stays as it is written, comments and order included.
 */
public final class ComposeDraft {

    /** Below these stand names of the author's own, among which {@code command} means nothing. */
    private static final Set<String> OWN_NAMES = Set.of("environment", "labels", "args", "volumes", "networks");

    private final String text;
    private final List<String> words;

    /** What replaces a stretch of the text, by its beginning; code points. */
    private final Map<Integer, Edit> edits = new TreeMap<>(Comparator.reverseOrder());

    private record Edit(int end, String text) {}

    private ComposeDraft(String text, List<String> words) {
        this.text = text;
        this.words = words;
    }

    /**
     * The draft as YAML with the parameters filled in.
     *
     * @throws InvalidComposeFile if the draft is no YAML, or has no {@code command}
     */
    public static String fill(String text, String fileName, List<Parameter> parameters) {
        Report report = new Report();
        // Compose reads what is filled in, and would take a lone dollar for a variable.
        List<String> words = Parameter.words(parameters).stream()
                .map(word -> word.replace("$", "$$"))
                .toList();
        ComposeDraft draft = visited(text, fileName, words, report);
        report.refuseProblems();
        return words.isEmpty() ? text : draft.edited();
    }

    /** Reports a draft to which no parameters could be appended. */
    static void requireCommand(String text, String fileName, Report report) {
        visited(text, fileName, List.of(), report);
    }

    private static ComposeDraft visited(String text, String fileName, List<String> words, Report report) {
        YamlNode document = YamlReader.read(text, fileName, report);
        ComposeDraft draft = new ComposeDraft(text, words);
        draft.visit(document);
        if (draft.edits.isEmpty()) {
            report.problem(
                    document.at(),
                    "",
                    "there is no command to which parameters could be appended",
                    "Write command: []");
        }
        return draft;
    }

    private void visit(YamlNode node) {
        switch (node) {
            case Scalar _ -> {}
            case Sequence sequence -> sequence.items().forEach(this::visit);
            case Mapping mapping ->
                mapping.entries().forEach((name, entry) -> {
                    if (name.equals("command")) {
                        append(entry);
                    } else if (!OWN_NAMES.contains(name)) {
                        visit(entry.value());
                    }
                });
        }
    }

    private void append(Entry command) {
        Span at = command.value().at();
        switch (command.value()) {
            case Scalar scalar when scalar.isNull() -> replace(at, " " + flow(words));
            case Scalar scalar ->
                replace(
                        at,
                        quoted(scalar.text() + " "
                                + words.stream().map(ShellWords::quote).collect(Collectors.joining(" "))));
            case Sequence sequence when at.alias() -> replace(at, flow(all(sequence)));
            case Sequence sequence when sequence.flow() || sequence.items().isEmpty() -> appendToFlow(sequence);
            case Sequence sequence -> appendToBlock(sequence);
            case Mapping mapping -> visit(mapping);
        }
    }

    private List<String> all(Sequence sequence) {
        List<String> all = new ArrayList<>();
        sequence.items().forEach(item -> {
            if (item instanceof Scalar scalar) {
                all.add(scalar.text());
            }
        });
        all.addAll(words);
        return all;
    }

    private void appendToFlow(Sequence sequence) {
        if (sequence.items().isEmpty()) {
            replace(sequence.at(), flow(words));
        } else {
            int end = sequence.items().getLast().at().end();
            edits.put(
                    end,
                    new Edit(
                            end, ", " + words.stream().map(ComposeDraft::quoted).collect(Collectors.joining(", "))));
        }
    }

    /** New lines after that of the last item, at the indentation of the others. */
    private void appendToBlock(Sequence sequence) {
        int last = text.offsetByCodePoints(0, sequence.items().getLast().at().end());
        String indent = " ".repeat(sequence.at().column() - 1);
        String lineBreak = text.contains("\r\n") ? "\r\n" : "\n";
        String lines = words.stream().map(word -> indent + "- " + quoted(word)).collect(Collectors.joining(lineBreak));
        boolean atLineStart = last > 0 && text.charAt(last - 1) == '\n';
        int lineEnd = text.indexOf('\n', last);
        int at = atLineStart ? last : lineEnd < 0 ? text.length() : lineEnd + 1;
        boolean complete = at > 0 && text.charAt(at - 1) == '\n';
        int place = text.codePointCount(0, at);
        edits.put(place, new Edit(place, (complete ? "" : lineBreak) + lines + (complete ? lineBreak : "")));
    }

    private void replace(Span at, String replacement) {
        int end = at.end();
        boolean endsLine = end > at.start() && text.charAt(text.offsetByCodePoints(0, end) - 1) == '\n';
        edits.put(at.start(), new Edit(end, replacement + (endsLine ? "\n" : "")));
    }

    private static String flow(List<String> items) {
        return items.stream().map(ComposeDraft::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** In double quotes, which YAML reads as JSON does. */
    private static String quoted(String word) {
        StringBuilder out = new StringBuilder("\"");
        word.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029 || c == 0xFEFF) {
                        out.append("\\u%04x".formatted(c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.append('"').toString();
    }

    private String edited() {
        StringBuilder out = new StringBuilder(text);
        edits.forEach((start, edit) ->
                out.replace(text.offsetByCodePoints(0, start), text.offsetByCodePoints(0, edit.end), edit.text));
        return out.toString();
    }
}
