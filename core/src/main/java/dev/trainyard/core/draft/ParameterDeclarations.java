package dev.trainyard.core.draft;

import dev.trainyard.core.draft.ParameterDeclaration.Refusal;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.training.Parameter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parameters that a draft declares, in the order in which they are appended.
 *
 * @param declared if empty, the draft accepts any parameters
 */
public record ParameterDeclarations(List<ParameterDeclaration> declared) {

    public static final ParameterDeclarations ANY = new ParameterDeclarations(List.of());

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    public ParameterDeclarations {
        declared = List.copyOf(declared);
    }

    /**
     * Reads a file of declarations: a mapping of names to a type, or to a mapping with {@code type}, {@code default},
     * {@code required}, {@code values}, {@code min}, {@code max}, {@code help}.
     *
     * @param fileName shown in problems
     * @throws InvalidFile with all problems, each with line, column and key
     */
    public static ParameterDeclarations read(String text, String fileName) {
        Report report = new Report();
        ParameterDeclarations read = DeclarationReader.read(text, fileName, report);
        report.refuseProblems();
        return read;
    }

    /** Finds the declaration of a name, with or without leading dashes. */
    public Optional<ParameterDeclaration> find(String name) {
        String plain = Parameter.plainName(name);
        return declared.stream().filter(each -> each.plainName().equals(plain)).findFirst();
    }

    /**
     * Returns the words to append to the command: in the declared order, including defaults, or in the given order if the draft declares
     * nothing.
     *
     * @param given by name, with or without leading dashes
     * @param place how a problem names a parameter
     * @throws InvalidParameters with all problems
     */
    public List<Parameter> apply(Map<String, ParameterValue> given, UnaryOperator<String> place) {
        List<Problem> problems = new ArrayList<>();
        Map<String, Given> byName = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            Given first = byName.putIfAbsent(Parameter.plainName(name), new Given(name, value));
            if (first != null) {
                problems.add(new Problem(
                        place.apply(name),
                        "is given twice, the first time as %s".formatted(Excerpt.quote(first.name)),
                        "Give it once"));
            }
        });
        List<Parameter> applied = new ArrayList<>();
        if (declared.isEmpty()) {
            byName.values().forEach(each -> anything(each, place, problems).ifPresent(applied::add));
        } else {
            byName.values().forEach(each -> check(each, place).ifPresent(problems::add));
            for (ParameterDeclaration declaration : declared) {
                Given value = byName.get(declaration.plainName());
                String text = value == null ? declaration.defaultValue() : value.value.text();
                if (text != null) {
                    if (problems.isEmpty()) {
                        declaration.parameter(text).ifPresent(applied::add);
                    }
                } else if (declaration.required()) {
                    String help = declaration.help() == null ? "" : ": " + declaration.help();
                    problems.add(new Problem(
                            place.apply(declaration.name()), "is missing", "Give " + declaration.wanted() + help));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidParameters(problems);
        }
        return applied;
    }

    /** @param name as it was given */
    private record Given(String name, ParameterValue value) {}

    private static Optional<Parameter> anything(Given given, UnaryOperator<String> place, List<Problem> problems) {
        try {
            if (ConfigValue.isPassable(given.name + given.value.text())) {
                return Optional.of(new Parameter(given.name, given.value.text()));
            }
            problems.add(new Problem(
                    place.apply(given.name),
                    "contains NUL or an unpaired surrogate, which cannot be passed to a program",
                    "Leave it out"));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(
                    place.apply(given.name),
                    "%s is not a name of a parameter".formatted(Excerpt.quote(given.name)),
                    "Write a name such as lr or --lr, without spaces and ="));
        }
        return Optional.empty();
    }

    private Optional<Problem> check(Given given, UnaryOperator<String> place) {
        return find(given.name)
                .map(declaration -> declaration.refusal(given.value))
                .orElseGet(() -> Optional.of(unknown(given.name)))
                .map(refusal -> new Problem(place.apply(given.name), refusal.what(), refusal.remedy()));
    }

    private Refusal unknown(String name) {
        List<String> known =
                declared.stream().map(ParameterDeclaration::plainName).toList();
        String plain = Parameter.plainName(name);
        List<String> longer =
                known.stream().filter(each -> each.startsWith(plain)).toList();
        // An abbreviation, as Python's argparse accepts it.
        Optional<String> meant = longer.size() == 1 ? Optional.of(longer.getFirst()) : NearestName.among(known, plain);
        String remedy =
                meant.map("Did you mean '%s'?"::formatted).orElse("Its parameters: " + String.join(", ", known));
        return new Refusal("the draft has no parameter with this name", remedy);
    }

    /** A JSON list with an object for each declaration. Drafts are stored and shown in this form. Defaults and values are texts. */
    public String toJson() {
        ArrayNode list = JSON.createArrayNode();
        for (ParameterDeclaration each : declared) {
            ObjectNode object = list.addObject();
            object.put("name", each.name());
            object.put("type", each.type().word());
            if (each.defaultValue() != null) {
                object.put("default", each.defaultValue());
            }
            object.put("required", each.required());
            if (!each.values().isEmpty()) {
                each.values().forEach(object.putArray("values")::add);
            }
            if (each.min() != null) {
                object.put("min", each.min());
            }
            if (each.max() != null) {
                object.put("max", each.max());
            }
            if (each.help() != null) {
                object.put("help", each.help());
            }
        }
        return list.toString();
    }

    /**
     * Reads the result of {@link #toJson}.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static ParameterDeclarations ofJson(String json) {
        List<ParameterDeclaration> declared = new ArrayList<>();
        for (JsonNode each : JSON.readTree(json)) {
            String type = each.path("type").asString("");
            declared.add(new ParameterDeclaration(
                    each.path("name").asString(""),
                    ParameterType.of(type)
                            .orElseThrow(() -> new IllegalArgumentException(
                                    "this release does not know the parameter type " + Excerpt.quote(type))),
                    text(each, "default"),
                    each.path("required").asBoolean(false),
                    each.path("values").valueStream().map(JsonNode::asString).toList(),
                    number(each, "min"),
                    number(each, "max"),
                    text(each, "help")));
        }
        return new ParameterDeclarations(declared);
    }

    private static @Nullable String text(JsonNode object, String name) {
        return object.hasNonNull(name) ? object.path(name).asString() : null;
    }

    private static @Nullable BigDecimal number(JsonNode object, String name) {
        return object.hasNonNull(name) ? object.path(name).decimalValue() : null;
    }
}
