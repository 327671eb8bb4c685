package dev.trainyard.core.compose;

import dev.trainyard.core.compose.YamlNode.Entry;
import dev.trainyard.core.compose.YamlNode.Mapping;
import dev.trainyard.core.compose.YamlNode.Scalar;
import dev.trainyard.core.compose.YamlNode.Sequence;
import dev.trainyard.core.request.Excerpt;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Turns a compose file into the training that its one training service describes. Pure: files are read by the caller. */
public final class ComposeResolver {

    private static final List<String> TOP_LEVEL =
            List.of("version", "name", "services", "volumes", "networks", "secrets", "configs");

    private final Report report;
    private final ComposeOptions options;

    private ComposeResolver(Report report, ComposeOptions options) {
        this.report = report;
        this.options = options;
    }

    /**
     * Reads a compose file as Compose does: variables replaced (environment over {@code .env}), anchors and merge keys followed.
     *
     * @param text the file's content
     * @param fileName shown in problems and notices
     * @throws InvalidComposeFile with every problem, each with line, column, key and remedy; nothing else is thrown for any text
     */
    public static TrainingSpec resolve(String text, String fileName, ComposeOptions options) {
        return resolve(text, new Report(fileName), options);
    }

    static TrainingSpec resolve(String text, Report report, ComposeOptions options) {
        YamlNode document = YamlReader.read(text, report);
        TrainingSpec spec =
                new ComposeResolver(report, options).read(new Field("", "", document.at(), document, report));
        report.refuseProblems();
        return spec;
    }

    private TrainingSpec read(Field file) {
        if (!file.isMapping()) {
            file.problem("is no compose file", "Write services: and at least one service");
            throw report.refused();
        }
        file.get("include")
                .ifPresent(include ->
                        include.problem("is not followed in this release", "Write the service into this file"));
        file.fields().stream()
                .filter(field -> !TOP_LEVEL.contains(field.name())
                        && !field.name().startsWith("x-")
                        && !field.name().equals("include"))
                .forEach(field -> field.problem("is no key of a compose file that is known", field.nearest(TOP_LEVEL)));
        file.get("version").ifPresent(version -> version.notice("means nothing any more, to Compose neither"));
        Map<String, String> submitter = submitter();
        Field chosen = choose(file);
        Field service = interpolated(chosen, submitter);
        Map<String, Field> volumes = file.get("volumes").map(Field::fields).orElse(List.of()).stream()
                .collect(Collectors.toMap(Field::name, volume -> interpolated(volume, submitter)));
        return new ServiceReader(service, volumes, options, submitter, report).read();
    }

    private Map<String, String> submitter() {
        Map<String, String> variables = new HashMap<>();
        options.files()
                .read(".env")
                .ifPresent(text -> variables.putAll(EnvFile.parse(text, ".env", options.environment(), report)));
        variables.putAll(options.environment());
        return variables;
    }

    private Field choose(Field file) {
        List<Field> services = file.get("services").map(Field::fields).orElse(List.of()).stream()
                .filter(service -> !service.name().startsWith("x-"))
                .toList();
        if (services.isEmpty()) {
            file.problem("has no services", "Write services: and at least one service");
            throw report.refused();
        }
        String names = services.stream().map(Field::name).collect(Collectors.joining(", "));
        @Nullable String wanted = options.service();
        if (wanted != null) {
            return services.stream()
                    .filter(service -> service.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> refused(
                            file, "has no service %s".formatted(Excerpt.quote(wanted)), "Choose one of: " + names));
        }
        List<Field> withGpu = services.stream().filter(GpuReservation::isIn).toList();
        List<Field> candidates = withGpu.isEmpty() ? services : withGpu;
        if (candidates.size() > 1) {
            String which = withGpu.isEmpty() ? "and none reserves a GPU" : "of which more than one reserves a GPU";
            throw refused(
                    file,
                    "has several services (%s), %s".formatted(names, which),
                    report.ofDraft() ? "Keep only the one that trains" : "Name the one that trains with --service");
        }
        Field chosen = candidates.getFirst();
        if (services.size() > 1) {
            chosen.notice("is the service that trains, since it reserves a GPU; the others are not started");
        }
        return chosen;
    }

    private InvalidComposeFile refused(Field file, String what, String remedy) {
        file.get("services").orElse(file).problem(what, remedy);
        return report.refused();
    }

    private Field interpolated(Field field, Map<String, String> variables) {
        return new Field(field.name(), field.key(), field.at(), replaced(field.node(), field.key(), variables), report);
    }

    private YamlNode replaced(YamlNode node, String key, Map<String, String> variables) {
        return switch (node) {
            case Scalar scalar -> replaced(scalar, key, variables);
            case Sequence(Span at, boolean flow, List<YamlNode> items) ->
                new Sequence(
                        at,
                        flow,
                        IntStream.range(0, items.size())
                                .mapToObj(i -> replaced(items.get(i), key + "[" + i + "]", variables))
                                .toList());
            case Mapping(Span at, Map<String, Entry> entries) -> {
                Map<String, Entry> replaced = new LinkedHashMap<>();
                entries.forEach((name, entry) -> replaced.put(
                        name, new Entry(entry.key(), replaced(entry.value(), key + "." + name, variables))));
                yield new Mapping(at, Collections.unmodifiableMap(replaced));
            }
        };
    }

    private Scalar replaced(Scalar scalar, String key, Map<String, String> variables) {
        try {
            Interpolation interpolation = new Interpolation(
                    variables,
                    name -> report.unset(
                            scalar.at(),
                            Excerpt.plain(key, 200),
                            "the variable %s is not set, and becomes empty".formatted(name)));
            String text = interpolation.apply(scalar.text());
            // What came from a variable is text: Compose does not read it as a number again.
            return text.equals(scalar.text()) ? scalar : new Scalar(scalar.at(), text, false);
        } catch (IllegalArgumentException e) {
            String why = Excerpt.plain(String.valueOf(e.getMessage()), 200);
            report.unreadable(
                    scalar.at(), Excerpt.plain(key, 200), why, "Set the variable, or write $$ for a dollar sign");
            return scalar;
        }
    }
}
