package dev.trainyard.core.training;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parameter that the program of a training gets as {@code --name value}.
 *
 * @param name with or without leading dashes
 * @param value passed as one argument; null for a flag without a value
 */
public record Parameter(String name, @Nullable String value) {

    /** @throws IllegalArgumentException if the name is not valid, or a character cannot be passed to a program */
    public Parameter {
        if (!name.matches("-{0,2}[^-\\s=][^\\s=]*")) {
            throw new IllegalArgumentException(
                    "'%s' is not a valid parameter name. Write NAME=VALUE, for example lr=0.1".formatted(name));
        }
        if (name.indexOf('\0') >= 0 || (value != null && value.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException(
                    "parameter '%s' contains the character NUL".formatted(name.replace("\0", "")));
        }
    }

    /**
     * Reads {@code NAME=VALUE}. The value may be empty and may contain {@code =}.
     *
     * @throws IllegalArgumentException if there is no {@code =}
     */
    public static Parameter parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "'%s' is not a parameter. Write NAME=VALUE, for example lr=0.1".formatted(text));
        }
        return new Parameter(text.substring(0, equals), text.substring(equals + 1));
    }

    /** The arguments: the option ({@code --name} unless the name has its own dashes), then the value unless it is a flag. */
    public List<String> words() {
        String option = name.startsWith("-") ? name : "--" + name;
        return value == null ? List.of(option) : List.of(option, value);
    }

    /** The name without leading dashes. Two spellings with the same plain name are the same parameter. */
    public String plainName() {
        return plainName(name);
    }

    public static String plainName(String name) {
        return name.replaceFirst("^-+", "");
    }

    public static List<String> words(List<Parameter> parameters) {
        return parameters.stream().flatMap(each -> each.words().stream()).toList();
    }
}
