package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.LineFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.text.Excerpt;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code env_file} and {@code environment}, which overrides it. Names without a value get the submitter's values. */
final class EnvironmentReader {

    private final Map<String, String> submitter;
    private final TextFiles files;
    private final Report report;
    private final Map<String, String> variables = new LinkedHashMap<>();

    EnvironmentReader(Map<String, String> submitter, TextFiles files, Report report) {
        this.submitter = submitter;
        this.files = files;
        this.report = report;
    }

    Map<String, String> read(ConfigValue service) {
        Set<String> unset = new HashSet<>();
        Map<String, String> own = service.get("environment")
                .map(field -> field.pairs(name -> {
                    Optional<String> value = fromSubmitter(field, name);
                    value.ifPresentOrElse(_ -> unset.remove(name), () -> unset.add(name));
                    return value;
                }))
                .orElse(Map.of());
        // A variable in a file is looked up in the submitter's environment, then in the service's, then in files.
        Map<String, String> outside = new HashMap<>(own);
        outside.putAll(submitter);
        service.get("env_file").ifPresent(field -> files(field, outside));
        // As in Compose, files do not provide values that the submitter's environment lacks.
        variables.keySet().removeAll(unset);
        variables.putAll(own);
        return variables;
    }

    private void files(ConfigValue envFile, Map<String, String> outside) {
        List<ConfigValue> entries = envFile.isMapping() ? List.of(envFile) : envFile.oneOrMore();
        for (ConfigValue entry : entries) {
            if (entry.isMapping()) {
                entry.allowOnly(List.of("path", "required", "format"));
                boolean raw = entry.get("format")
                        .filter(format -> !format.isBlank())
                        .flatMap(format -> format.matching("raw", "raw, or leave it out"))
                        .isPresent();
                boolean required = entry.get("required").map(ConfigValue::flag).orElse(true);
                entry.get("path")
                        .flatMap(ConfigValue::text)
                        .ifPresent(path -> file(entry, path, required, raw, outside));
            } else {
                entry.text().ifPresent(path -> file(entry, path, true, false, outside));
            }
        }
    }

    private void file(ConfigValue entry, String path, boolean required, boolean raw, Map<String, String> outside) {
        Optional<String> text = files.read(path);
        if (text.isEmpty() && required) {
            entry.missingFile(
                    path,
                    "Create it next to the compose file, or correct the path",
                    "Write its variables under environment, but no secrets: everyone can read a draft");
        } else if (text.isEmpty() && report.ofDraft()) {
            entry.notice(
                    "the file %s is not read: a draft is stored without other files".formatted(Excerpt.path(path)));
        }
        text.ifPresent(content -> {
            if (raw) {
                LineFile.read(content, path, name -> Optional.ofNullable(outside.get(name)), variables, report);
            } else {
                EnvFile.read(content, path, outside, variables, report);
            }
        });
        variables.forEach((name, value) -> {
            if (value.length() > ConfigValue.LONGEST_TEXT) {
                entry.problem(
                        "%s becomes longer than %,d characters"
                                .formatted(Excerpt.quote(name), ConfigValue.LONGEST_TEXT),
                        "Put it into a file");
            }
        });
    }

    private Optional<String> fromSubmitter(ConfigValue field, String name) {
        Optional<String> value = Optional.ofNullable(submitter.get(name));
        if (value.isEmpty()) {
            report.unset(
                    field.at(),
                    field.key(),
                    (report.ofDraft()
                                    ? "%s has no value here"
                                    : "%s has no value here or in your environment, so it is not set")
                            .formatted(Excerpt.plain(name, 60)));
        }
        return value;
    }
}
