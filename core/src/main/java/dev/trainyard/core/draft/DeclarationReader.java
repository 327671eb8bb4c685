package dev.trainyard.core.draft;

import dev.trainyard.core.compose.YamlReader;
import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.training.Parameter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a draft's declarations of its parameters. */
final class DeclarationReader {

    private static final List<String> KEYS = List.of("type", "default", "required", "values", "min", "max", "help");
    private static final int MOST = 200;

    private final Map<String, ConfigValue> seen = new LinkedHashMap<>();

    private DeclarationReader() {}

    /** Reports problems to the report. */
    static ParameterDeclarations read(String text, String fileName, Report report) {
        if (text.lines().allMatch(line -> line.isBlank() || line.stripLeading().startsWith("#"))) {
            return ParameterDeclarations.ANY;
        }
        ConfigNode document = YamlReader.read(text, fileName, report);
        ConfigValue file = new ConfigValue("", "", document.at(), document, report);
        if (file.isList()) {
            file.problem("is a list, not a mapping of names to declarations", "Write lines such as lr: {type: float}");
            return ParameterDeclarations.ANY;
        }
        if (file.fields().size() > MOST) {
            file.problem("declares more than %d parameters".formatted(MOST), "Pass a file of settings instead");
        }
        DeclarationReader reader = new DeclarationReader();
        return new ParameterDeclarations(file.fields().stream()
                .flatMap(field -> reader.one(field).stream())
                .toList());
    }

    private Optional<ParameterDeclaration> one(ConfigValue field) {
        name(field);
        if (field.isList()) {
            field.problem("is a list, not a declaration", "Write a type, or a mapping such as {type: float}");
            return Optional.empty();
        }
        if (!field.isMapping()) {
            return type(field).map(type -> declaration(field, type));
        }
        field.fields().stream()
                .filter(each -> !KEYS.contains(each.name()))
                .forEach(each -> each.problem("is not known in a declaration", each.nearest(KEYS)));
        Optional<ConfigValue> type = field.get("type").filter(each -> !each.isNull());
        if (type.isEmpty()) {
            field.problem("has no type", "Write type: and one of " + String.join(", ", ParameterType.words()));
            return Optional.empty();
        }
        return type.flatMap(this::type).map(known -> declaration(field, known));
    }

    private void name(ConfigValue field) {
        if (!field.name().matches("-{0,2}[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")) {
            field.problem(
                    "is not a valid name for a parameter",
                    "Use up to 100 letters, digits, '_', '.' and '-', with or without leading dashes");
        }
        ConfigValue first = seen.putIfAbsent(Parameter.plainName(field.name()), field);
        if (first != null) {
            field.problem(
                    "repeats the parameter of line %d".formatted(first.at().line()),
                    "Remove one. Leading dashes do not matter");
        }
    }

    private Optional<ParameterType> type(ConfigValue field) {
        if (field.isNull()) {
            field.problem("has no type", "Write one of " + String.join(", ", ParameterType.words()));
        }
        return field.text().flatMap(word -> {
            Optional<ParameterType> type = ParameterType.of(word);
            if (type.isEmpty()) {
                field.problem(
                        "%s is not a type".formatted(Excerpt.quote(word)),
                        NearestName.among(ParameterType.words(), word)
                                .map("Did you mean '%s'?"::formatted)
                                .orElse("Write one of " + String.join(", ", ParameterType.words())));
            }
            return type;
        });
    }

    private ParameterDeclaration declaration(ConfigValue field, ParameterType type) {
        Optional<ConfigValue> keys = field.isMapping() ? Optional.of(field) : Optional.empty();
        List<String> values = keys.flatMap(key -> key.get("values"))
                .map(key -> values(key, type))
                .orElse(List.of());
        if (type == ParameterType.CHOICE
                && keys.flatMap(key -> key.get("values")).isEmpty()) {
            field.problem("is a choice without values", "Write values: and the list of them");
        }
        @Nullable
        BigDecimal min = keys.flatMap(key -> key.get("min"))
                .flatMap(key -> bound(key, type))
                .orElse(null);
        @Nullable
        BigDecimal max = keys.flatMap(key -> key.get("max"))
                .flatMap(key -> bound(key, type))
                .orElse(null);
        if (min != null && max != null && min.compareTo(max) > 0) {
            field.problem("has a min greater than its max", "Swap them");
            max = null;
        }
        boolean required =
                keys.flatMap(key -> key.get("required")).map(ConfigValue::flag).orElse(false);
        ParameterDeclaration without = new ParameterDeclaration(
                field.name(),
                type,
                null,
                required,
                values,
                min,
                max,
                keys.flatMap(key -> key.get("help")).flatMap(ConfigValue::text).orElse(null));
        return keys.flatMap(key -> key.get("default"))
                .filter(key -> !key.isNull())
                .map(key -> withDefault(without, key))
                .orElse(without);
    }

    private static ParameterDeclaration withDefault(ParameterDeclaration of, ConfigValue key) {
        if (of.required()) {
            key.problem("is never used, because the parameter is required", "Remove one of the two");
        }
        Optional<String> text = key.text();
        text.flatMap(of::refusal).ifPresent(refusal -> key.problem(refusal.what(), refusal.remedy()));
        return new ParameterDeclaration(
                of.name(), of.type(), text.orElse(null), of.required(), of.values(), of.min(), of.max(), of.help());
    }

    private static List<String> values(ConfigValue key, ParameterType type) {
        if (type == ParameterType.BOOL) {
            key.problem("has no meaning for a bool", "Leave it out");
            return List.of();
        }
        List<String> values = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (ConfigValue item : key.items()) {
            item.text().ifPresent(text -> {
                if (!type.accepts(text)) {
                    item.problem("%s is not valid".formatted(Excerpt.quote(text)), "Write " + type.wanted());
                } else if (!known.add(text)) {
                    item.problem("%s is listed twice".formatted(Excerpt.quote(text)), "Write it once");
                }
                values.add(text);
            });
        }
        if (key.isList() && values.isEmpty() || key.isNull()) {
            key.problem("is empty, so no value is allowed", "Write the allowed values, or leave it out");
        }
        return values;
    }

    private static Optional<BigDecimal> bound(ConfigValue key, ParameterType type) {
        if (!type.isNumber()) {
            key.problem("has no meaning for a %s".formatted(type.word()), "Leave it out");
            return Optional.empty();
        }
        return key.text().flatMap(text -> {
            if (!type.accepts(text)) {
                key.problem("%s is not valid".formatted(Excerpt.quote(text)), "Write " + type.wanted());
                return Optional.empty();
            }
            return Optional.of(ParameterType.number(text));
        });
    }
}
