package dev.trainyard.core.training;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of a training, passed to its program as {@code --name value}.
 *
 * @param name with or without leading dashes
 * @param value always passed as one string; null: the parameter is a flag, passed as its name alone
 */
public record Parameter(String name, @Nullable String value) {

    /** @throws IllegalArgumentException if the name is none, or a character cannot be passed to a program */
    public Parameter {
        if (!name.matches("-{0,2}[^-\\s=][^\\s=]*")) {
            throw new IllegalArgumentException(
                    "'%s' is no parameter name; write NAME=VALUE, for example lr=0.1".formatted(name));
        }
        if (name.indexOf('\0') >= 0 || (value != null && value.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException(
                    "parameter '%s' contains the character NUL".formatted(name.replace("\0", "")));
        }
    }

    /**
     * Reads {@code NAME=VALUE}; the value may be empty and may contain {@code =}.
     *
     * @throws IllegalArgumentException if there is no {@code =}
     */
    public static Parameter parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "'%s' is no parameter; write NAME=VALUE, for example lr=0.1".formatted(text));
        }
        return new Parameter(text.substring(0, equals), text.substring(equals + 1));
    }

    /** The arguments: {@code --name} ({@code -n} where it was written so), and the value unless it is a flag. */
    public List<String> words() {
        String option = name.startsWith("-") ? name : "--" + name;
        return value == null ? List.of(option) : List.of(option, value);
    }

    /** The name without leading dashes, by which two spellings are the same parameter. */
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
