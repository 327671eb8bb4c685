package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.SourceRange;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.text.SwitchText;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Fills variables into the values of a compose file. The submitter's environment overrides {@code .env}. */
final class Variables {

    /** Limits the result, because a short file can refer to a long value many times. */
    private static final int LONGEST_IN_ALL = 4 << 20;

    private static final String PROJECT = "COMPOSE_PROJECT_NAME";
    private static final String DEFAULT_FILE = ".env";

    private final Map<String, String> values;
    private final Report report;
    private int filledIn;

    private Variables(Map<String, String> values, Report report) {
        this.values = values;
        this.report = report;
    }

    /** @param files the files of the project. They may set its name */
    static Variables of(ComposeOptions options, List<ConfigValue> files, Report report) {
        Map<String, String> values = new HashMap<>();
        for (String file : envFiles(options.environment())) {
            options.files()
                    .read(file)
                    .ifPresentOrElse(
                            text -> EnvFile.read(text, file, options.environment(), values, report),
                            () -> missing(file, report));
        }
        values.putAll(options.environment());
        Variables variables = new Variables(values, report);
        if (values.getOrDefault(PROJECT, "").isEmpty()) {
            variables.project(files, options.folder()).ifPresent(name -> values.put(PROJECT, name));
        }
        return variables;
    }

    /** The env files that Compose's own variables name, instead of {@code .env}. */
    private static List<String> envFiles(Map<String, String> environment) {
        String named = environment.getOrDefault(ComposeOptions.ENV_FILES, "");
        if (!named.isEmpty()) {
            return List.of(named.split(","));
        }
        boolean none = SwitchText.parse(environment.getOrDefault("COMPOSE_DISABLE_ENV_FILE", ""))
                .orElse(false);
        return none ? List.of() : List.of(DEFAULT_FILE);
    }

    private static void missing(String file, Report report) {
        if (!file.equals(DEFAULT_FILE)) {
            report.problem(new Problem(
                    ComposeOptions.ENV_FILES,
                    "the file %s does not exist".formatted(Excerpt.path(file)),
                    "Correct the variable, or unset it"));
        }
    }

    /** The last file's {@code name}, or the folder's name, normalised as in Compose. */
    private Optional<String> project(List<ConfigValue> files, @Nullable String folder) {
        return Stream.concat(
                        files.reversed().stream()
                                .flatMap(file -> file.get("name").stream())
                                .map(name -> fillIn(name.node(), name.key()))
                                .flatMap(name -> name instanceof Scalar scalar && !scalar.isNull()
                                        ? Stream.of(scalar.text())
                                        : Stream.of()),
                        Stream.ofNullable(folder))
                .map(name -> name.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9_-]", "")
                        .replaceFirst("^[_-]++", ""))
                .filter(name -> !name.isEmpty())
                .findFirst();
    }

    Map<String, String> asMap() {
        return values;
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** @param key the path of the value, as people see it */
    ConfigNode fillIn(ConfigNode node, String key) {
        return switch (node) {
            case Scalar scalar -> fillIn(scalar, key);
            case Sequence(SourceRange at, boolean flow, List<ConfigNode> items) ->
                new Sequence(
                        at,
                        flow,
                        IntStream.range(0, items.size())
                                .mapToObj(i -> fillIn(items.get(i), key + "[" + i + "]"))
                                .toList());
            case Mapping(SourceRange at, Map<String, Entry> entries) -> {
                Map<String, Entry> filled = new LinkedHashMap<>();
                entries.forEach((name, entry) -> filled.put(
                        name, new Entry(entry.key(), fillIn(entry.value(), key + "." + name), entry.merging())));
                yield new Mapping(at, Collections.unmodifiableMap(filled));
            }
        };
    }

    private Scalar fillIn(Scalar scalar, String key) {
        try {
            Interpolation interpolation = new Interpolation(
                    this::get,
                    name -> report.becomesEmpty(scalar.at(), Excerpt.plain(key, 200), Excerpt.plain(name, 200)));
            String text = interpolation.apply(scalar.text());
            filledIn += text.equals(scalar.text()) ? 0 : text.length();
            if (filledIn > LONGEST_IN_ALL) {
                report.problem(scalar.at(), "", "the variables expand to too much text", "Keep data out of variables");
                throw report.refused();
            }
            // The value of a variable is text: Compose does not read it as a number.
            return text.equals(scalar.text()) ? scalar : new Scalar(scalar.at(), text, false);
        } catch (IllegalArgumentException e) {
            String why = Excerpt.plain(String.valueOf(e.getMessage()), 200);
            report.unreadable(
                    scalar.at(),
                    Excerpt.plain(key, 200),
                    why,
                    why.startsWith(Interpolation.NEEDED)
                            ? "Set the variable, or write $$ for a dollar sign"
                            : "Correct it, for example to ${NAME}, or write $$ for a dollar sign");
            return scalar;
        }
    }
}
