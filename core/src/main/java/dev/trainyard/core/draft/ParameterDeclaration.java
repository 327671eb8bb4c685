package dev.trainyard.core.draft;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.training.Parameter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A draft's declaration of one parameter.
 *
 * @param name as the program knows it. A name without leading dashes is passed as {@code --name}
 * @param defaultValue appended if the parameter is not given. Null: the parameter is omitted
 * @param values the allowed values. Empty: all values of the type
 * @param min the minimum of a number. May be null
 * @param max the maximum of a number. May be null
 * @param help a description for people
 */
public record ParameterDeclaration(
        String name,
        ParameterType type,
        @Nullable String defaultValue,
        boolean required,
        List<String> values,
        @Nullable BigDecimal min,
        @Nullable BigDecimal max,
        @Nullable String help) {

    /** The name without leading dashes. */
    public String plainName() {
        return Parameter.plainName(name);
    }

    /** Describes the allowed values: {@code an integer from 1 to 100}. */
    public String wanted() {
        if (!values.isEmpty()) {
            return (values.size() == 1 ? "" : "one of ") + String.join(", ", values);
        }
        if (min != null && max != null) {
            return "%s from %s to %s".formatted(type.wanted(), min.toPlainString(), max.toPlainString());
        }
        if (min != null) {
            return "%s from %s on".formatted(type.wanted(), min.toPlainString());
        }
        return max == null ? type.wanted() : "%s up to %s".formatted(type.wanted(), max.toPlainString());
    }

    /** Why the value is refused, and what to give instead. Empty if the value is accepted. */
    Optional<Refusal> refusal(ParameterValue value) {
        return switch (value) {
            case ParameterValue.Flag(boolean on)
            when type != ParameterType.BOOL ->
                Optional.of(
                        new Refusal("is %s, not %s".formatted(on, type.wanted()), "Give " + wanted() + hintOfText(on)));
            case ParameterValue.Numeric(String text)
            when type == ParameterType.BOOL ->
                Optional.of(new Refusal("is the number %s".formatted(Excerpt.quote(text)), "Give true or false"));
            case ParameterValue.Flag _, ParameterValue.Numeric _, ParameterValue.Text _ -> refusal(value.text());
        };
    }

    private String hintOfText(boolean on) {
        return type == ParameterType.STRING ? ", for example \"%s\" in quotes".formatted(on) : "";
    }

    Optional<Refusal> refusal(String text) {
        if (!ConfigValue.isPassable(text)) {
            return Optional.of(new Refusal(
                    "contains NUL or an unpaired surrogate, which cannot be passed to a program", "Leave it out"));
        }
        if (!type.accepts(text)) {
            return Optional.of(
                    new Refusal("%s is not %s".formatted(Excerpt.quote(text), type.wanted()), "Give " + wanted()));
        }
        if (!values.isEmpty() && !values.contains(text)) {
            String remedy = NearestName.among(values, text)
                    .map("Did you mean '%s'?"::formatted)
                    .orElse("Give " + wanted());
            return Optional.of(new Refusal("%s is not allowed".formatted(Excerpt.quote(text)), remedy));
        }
        if (type.isNumber() && isOutOfRange(ParameterType.number(text))) {
            return Optional.of(new Refusal("%s is out of range".formatted(Excerpt.quote(text)), "Give " + wanted()));
        }
        return Optional.empty();
    }

    private boolean isOutOfRange(BigDecimal number) {
        return (min != null && number.compareTo(min) < 0) || (max != null && number.compareTo(max) > 0);
    }

    /** The words that are appended to the command for an accepted value. */
    Optional<Parameter> parameter(String text) {
        if (type == ParameterType.BOOL) {
            return text.equals("true") ? Optional.of(new Parameter(name, null)) : Optional.empty();
        }
        return Optional.of(new Parameter(name, text));
    }

    /** Why a value is refused, and what to do. */
    record Refusal(String what, String remedy) {}
}
