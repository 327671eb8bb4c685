package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.LineFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.text.Excerpt;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads {@code --env}, {@code --env-file}, {@code --label} and {@code --label-file}. Names without a value get the submitter's values. */
final class VariableFlags {

    private final RunFlags flags;
    private final Map<String, String> submitter;
    private final TextFiles files;
    private final Report report;

    VariableFlags(RunFlags flags, Map<String, String> submitter, TextFiles files, Report report) {
        this.flags = flags;
        this.submitter = submitter;
        this.files = files;
        this.report = report;
    }

    /** Files first, then {@code -e}, in any order on the line, as in Docker. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (ConfigValue file : flags.all("env-file")) {
            content(file)
                    .ifPresent(path -> LineFile.read(
                            path.text(),
                            path.name(),
                            name -> Optional.ofNullable(submitter.get(name)),
                            environment,
                            report));
        }
        for (ConfigValue variable : flags.all("env")) {
            pair(variable, environment, name -> {
                Optional<String> value = Optional.ofNullable(submitter.get(name));
                if (value.isEmpty()) {
                    variable.notice("%s has no value here or in your environment, so it is not set"
                            .formatted(Excerpt.plain(name, 60)));
                }
                return value;
            });
        }
        return environment;
    }

    Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        for (ConfigValue file : flags.all("label-file")) {
            // Docker drops a name without a value here, but not with --label.
            content(file)
                    .ifPresent(path -> LineFile.read(
                            path.text(),
                            path.name(),
                            name -> {
                                file.notice("the label %s has no value in the file, so it is not set"
                                        .formatted(Excerpt.plain(name, 60)));
                                return Optional.empty();
                            },
                            labels,
                            report));
        }
        for (ConfigValue label : flags.all("label")) {
            String name = label.text().orElse("").split("=", 2)[0].stripLeading();
            if (name.chars().anyMatch(Character::isWhitespace)) {
                label.problem(
                        "the label %s contains blanks, which Docker refuses".formatted(Excerpt.quote(name)),
                        "Write NAME=VALUE");
            }
            pair(label, labels, _ -> Optional.of(""));
        }
        return labels;
    }

    private record Content(String name, String text) {}

    private Optional<Content> content(ConfigValue file) {
        return file.text().flatMap(path -> {
            Optional<Content> content = files.read(path).map(text -> new Content(Excerpt.plain(path, 200), text));
            if (content.isEmpty()) {
                file.problem(
                        "the file %s does not exist".formatted(Excerpt.path(path)), "Create it, or correct the path");
            }
            return content;
        });
    }

    private static void pair(ConfigValue field, Map<String, String> pairs, Function<String, Optional<String>> absent) {
        field.text().ifPresent(text -> {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            if (name.isEmpty() || name.length() > 200) {
                field.problem("%s is not a name".formatted(Excerpt.quote(name)), "Write NAME=VALUE");
                return;
            }
            Optional<String> value = equals < 0 ? absent.apply(name) : Optional.of(text.substring(equals + 1));
            value.ifPresent(each -> pairs.put(name, each));
        });
    }
}
