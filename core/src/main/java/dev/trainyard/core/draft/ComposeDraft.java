package dev.trainyard.core.draft;

import dev.trainyard.core.compose.Project;
import dev.trainyard.core.compose.TrainingService;
import dev.trainyard.core.compose.YamlReader;
import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.SourceRange;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.Parameter;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fills in a compose draft: appends {@code --name value} for each parameter to the {@code command}, at any depth. If there are several
 * services, only to the one that trains. Edits the text itself, so that everything else stays unchanged, including comments and order.
 */
public final class ComposeDraft {

    /** Keys whose children are the author's own names, so that {@code command} has no meaning there. */
    private static final Set<String> OWN_NAMES = Set.of("environment", "labels", "args", "volumes", "networks");

    /** An anchor, a tag, and the blanks and comments before the content. */
    private static final Pattern PROPERTIES = Pattern.compile("(?:[&!]\\S*|\\s+|#[^\\n]*)*+");

    private final String text;
    private final List<String> words;

    /** Replacements of ranges of the text, by their start, in code points. */
    private final Map<Integer, Edit> edits = new TreeMap<>(Comparator.reverseOrder());

    private record Edit(int end, String text) {}

    private ComposeDraft(String text, List<String> words) {
        this.text = text;
        this.words = words;
    }

    /**
     * Returns the draft as YAML with the parameters filled in.
     *
     * @throws InvalidFile if the draft is not valid YAML, or has neither a {@code command} nor a service that could get one
     */
    public static String fill(String text, String fileName, List<Parameter> parameters) {
        return fill(text, fileName, parameters, null, Map.of());
    }

    /**
     * The same for a file with several services. Only the one that trains gets the parameters.
     *
     * @param service the one that trains. Null: the one that reserves a GPU
     * @param environment may contain COMPOSE_PROFILES
     * @throws InvalidFile also if it is unclear which service trains
     */
    public static String fill(
            String text,
            String fileName,
            List<Parameter> parameters,
            @Nullable String service,
            Map<String, String> environment) {
        Report report = new Report();
        // Compose would read a single dollar in the filled-in text as a variable.
        List<String> words = Parameter.words(parameters).stream()
                .map(word -> word.replace("$", "$$"))
                .toList();
        ComposeDraft draft = visited(text, fileName, words, report, new TrainingService(service, environment, report));
        report.refuseProblems();
        return words.isEmpty() ? text : draft.edited();
    }

    /** Reports a draft to which parameters cannot be appended. */
    static void requireCommand(String text, String fileName, Report report) {
        try {
            visited(text, fileName, List.of(), report, new TrainingService(null, Map.of(), report));
        } catch (InvalidFile e) {
            // The problems are in the report. The caller continues to read the draft and finds the others.
        }
    }

    private static ComposeDraft visited(
            String text, String fileName, List<String> words, Report report, TrainingService training) {
        ConfigNode document = YamlReader.read(text, fileName, report);
        ComposeDraft draft = new ComposeDraft(text, words);
        ConfigValue file = new ConfigValue("", "", document.at(), document, report);
        Project project = new Project(List.of(file), TextFiles.NONE, null, report);
        boolean ofCompose = document instanceof Mapping mapping
                && mapping.get("services").filter(Mapping.class::isInstance).isPresent()
                && !project.serviceNames().isEmpty();
        if (ofCompose && (project.serviceNames().size() > 1 || lacksCommand(project))) {
            draft.fillOne(file, project.sketch(), training.choose(project, List.of(file)));
        } else {
            draft.visit(document);
        }
        if (draft.edits.isEmpty()) {
            report.problem(
                    document.at(),
                    "",
                    "the file has neither a command to which parameters can be appended nor a service that can get one",
                    "Write services: and at least one service");
        }
        return draft;
    }

    private static boolean extendsOtherFile(ConfigNode service) {
        return service instanceof Mapping mapping
                && mapping.get("extends")
                        .filter(base -> base instanceof Mapping extended
                                && extended.get("file").isPresent())
                        .isPresent();
    }

    private static boolean lacksCommand(Project project) {
        Project sketch = project.sketch();
        return sketch.serviceNames().stream()
                .allMatch(name -> command(sketch.service(name).node()).isEmpty());
    }

    /**
     * Fills in only one service's command, wherever it is written. If other services share it through an alias or a merge key, they get a
     * copy of the original. A service without a command gets one, as from {@code docker run IMAGE WORD…}.
     */
    private void fillOne(ConfigValue file, Project sketch, String name) {
        Optional<ConfigValue> all = file.get("services");
        Optional<ConfigValue> training = all.flatMap(services -> services.get(name));
        if (training.isEmpty()
                || !(training.get().node() instanceof Mapping own)
                || !(all.get().node() instanceof Mapping services)) {
            return;
        }
        Optional<ConfigNode> command = command(sketch.service(name).node());
        if (command.isEmpty()) {
            if (own.get("extends").isPresent()
                    && services.entries().values().stream().anyMatch(entry -> extendsOtherFile(entry.value()))) {
                training.get()
                        .problem(
                                "may inherit its command from another file, to which parameters are not appended",
                                "Write the command here");
            }
            writeCommand(own, flow(words));
            return;
        }
        ConfigNode filled = command.get();
        if (isWithin(filled, own)) {
            append(new Entry(new Scalar(filled.at(), "command", true), filled));
            if (!filled.at().alias()) {
                services.entries().forEach((other, entry) -> {
                    if (!other.equals(name) && entry.value() instanceof Mapping service) {
                        keep(service, filled);
                    }
                });
            }
        } else {
            writeCommand(own, withWords(filled));
        }
    }

    private void keep(Mapping service, ConfigNode filled) {
        command(service).filter(theirs -> isSame(theirs, filled)).ifPresent(theirs -> {
            if (isWithin(theirs, service)) {
                replace(theirs.at(), written(theirs));
            } else {
                writeCommand(service, written(theirs));
            }
        });
    }

    private static Optional<ConfigNode> command(ConfigNode service) {
        return service instanceof Mapping mapping ? mapping.get("command") : Optional.empty();
    }

    /** Whether both are the same text, directly or through an alias. */
    private static boolean isSame(ConfigNode theirs, ConfigNode filled) {
        if (theirs.at().start() == filled.at().start()) {
            return true;
        }
        return theirs.at().alias()
                && switch (theirs) {
                    case Scalar(SourceRange _, String text, boolean _) ->
                        filled instanceof Scalar(SourceRange _, String written, boolean _) && written.equals(text);
                    case Sequence(SourceRange _, boolean _, List<ConfigNode> items) ->
                        filled instanceof Sequence(SourceRange _, boolean _, List<ConfigNode> others)
                                && items.equals(others);
                    case Mapping _ -> false;
                };
    }

    private static boolean isWithin(ConfigNode value, Mapping service) {
        return !service.at().alias()
                && value.at().start() >= service.at().start()
                && value.at().end() <= service.at().end();
    }

    private static String written(ConfigNode command) {
        return command instanceof Sequence sequence ? flow(texts(sequence)) : quoted(((Scalar) command).text());
    }

    private String withWords(ConfigNode command) {
        return switch (command) {
            case Scalar scalar when scalar.isNull() -> flow(words);
            case Scalar scalar -> quoted(withWords(scalar));
            case Sequence sequence ->
                flow(Stream.concat(texts(sequence).stream(), words.stream()).toList());
            case Mapping _ -> flow(words);
        };
    }

    private String withWords(Scalar command) {
        return command.text() + " " + words.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    private static List<String> texts(Sequence sequence) {
        return sequence.items().stream()
                .flatMap(item -> item instanceof Scalar scalar ? Stream.of(scalar.text()) : Stream.of())
                .toList();
    }

    /** Adds a command to the service itself. It overrides one from a merge key. */
    private void writeCommand(Mapping service, String command) {
        if (service.at().alias()) {
            int start = text.offsetByCodePoints(0, service.at().start());
            String alias = text.substring(
                    start, text.offsetByCodePoints(0, service.at().end()));
            replace(service.at(), "{<<: %s, command: %s}".formatted(alias, command));
            return;
        }
        int content = content(service.at());
        boolean flow = text.charAt(content) == '{';
        int place = text.codePointCount(0, content) + (flow ? 1 : 0);
        String after = flow ? ", " : lineBreak() + " ".repeat(column(content));
        edits.put(place, new Edit(place, "command: " + command + after));
    }

    /** The start of the content after its anchor, as an index into the text. */
    private int content(SourceRange at) {
        Matcher properties = PROPERTIES.matcher(text).region(text.offsetByCodePoints(0, at.start()), text.length());
        return properties.lookingAt() ? properties.end() : at.start();
    }

    private int column(int index) {
        return index - 1 - text.lastIndexOf('\n', index - 1);
    }

    private String lineBreak() {
        return text.contains("\r\n") ? "\r\n" : "\n";
    }

    private void visit(ConfigNode node) {
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
        SourceRange at = command.value().at();
        switch (command.value()) {
            case Scalar scalar when scalar.isNull() -> replace(at, " " + flow(words));
            case Scalar scalar -> replace(at, quoted(withWords(scalar)));
            case Sequence sequence when at.alias() -> replace(at, withWords(sequence));
            case Sequence sequence when sequence.flow() || sequence.items().isEmpty() -> appendToFlow(sequence);
            case Sequence sequence -> appendToBlock(sequence);
            case Mapping mapping -> visit(mapping);
        }
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

    /** Adds lines after the last item, with the indentation of the others. */
    private void appendToBlock(Sequence sequence) {
        int last = text.offsetByCodePoints(0, sequence.items().getLast().at().end());
        String indent = " ".repeat(column(content(sequence.at())));
        String lineBreak = lineBreak();
        String lines = words.stream().map(word -> indent + "- " + quoted(word)).collect(Collectors.joining(lineBreak));
        boolean atLineStart = last > 0 && text.charAt(last - 1) == '\n';
        int lineEnd = text.indexOf('\n', last);
        int at = atLineStart ? last : lineEnd < 0 ? text.length() : lineEnd + 1;
        boolean complete = at > 0 && text.charAt(at - 1) == '\n';
        int place = text.codePointCount(0, at);
        edits.put(place, new Edit(place, (complete ? "" : lineBreak) + lines + (complete ? lineBreak : "")));
    }

    private void replace(SourceRange at, String replacement) {
        int end = at.end();
        boolean endsLine = end > at.start() && text.charAt(text.offsetByCodePoints(0, end) - 1) == '\n';
        edits.put(at.start(), new Edit(end, replacement + (endsLine ? lineBreak() : "")));
    }

    private static String flow(List<String> items) {
        return items.stream().map(ComposeDraft::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** In double quotes with the escapes of JSON, which YAML also reads. */
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
