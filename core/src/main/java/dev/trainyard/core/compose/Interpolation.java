package dev.trainyard.core.compose;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces variables as Compose does: {@code $NAME}, {@code ${NAME}}, {@code ${NAME:-default}}, {@code ${NAME-default}},
 * {@code ${NAME:?message}}, {@code ${NAME?message}}, {@code ${NAME:+other}}, {@code ${NAME+other}}, nested, and {@code $$}. A dollar sign
 * before other text stays (compose-go, {@code template/template.go}).
 */
final class Interpolation {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** The start of a message about a missing variable, for which the text itself is valid. */
    static final String NEEDED = "needs the variable ";

    private static final int MAX_LENGTH = 200_000;
    private static final int MAX_DEPTH = 20;

    private final Function<String, Optional<String>> variables;
    private final Consumer<String> unset;

    /** @param unset receives the names of variables without a value and a default. They are replaced by an empty text */
    Interpolation(Function<String, Optional<String>> variables, Consumer<String> unset) {
        this.variables = variables;
        this.unset = unset;
    }

    /** @throws IllegalArgumentException with the reason why the text cannot be used */
    String apply(String text) {
        return text.indexOf('$') < 0 ? text : replace(text, 0);
    }

    private String replace(String text, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("nests variables more than %d deep".formatted(MAX_DEPTH));
        }
        StringBuilder out = new StringBuilder();
        Matcher name = NAME.matcher(text);
        int at = 0;
        while (at < text.length()) {
            int dollar = text.indexOf('$', at);
            if (dollar < 0) {
                break;
            }
            out.append(text, at, dollar);
            int next = dollar + 1;
            if (text.startsWith("$", next)) {
                out.append('$');
                at = next + 1;
            } else if (text.startsWith("{", next)) {
                int end = closing(text, next);
                out.append(braced(text.substring(next + 1, end), depth));
                at = end + 1;
            } else if (name.region(next, text.length()).lookingAt()) {
                out.append(value(name.group()));
                at = name.end();
            } else {
                out.append('$');
                at = next;
            }
            if (out.length() > MAX_LENGTH) {
                throw new IllegalArgumentException("becomes longer than %,d characters".formatted(MAX_LENGTH));
            }
        }
        return out.append(text, at, text.length()).toString();
    }

    /**
     * Finds the brace that closes the one at this position, in the same line. Counts as Compose does: a brace directly after an opening brace
     * is ignored, and if braces are not balanced, the last one of the line closes.
     */
    private static int closing(String text, int opening) {
        int open = 0;
        int last = -1;
        for (int i = opening; i < text.length() && text.charAt(i) != '\n'; i++) {
            boolean opens = text.charAt(i) == '{';
            if (opens) {
                open++;
                i++;
            }
            if (text.startsWith("}", i)) {
                last = i;
                open -= opens ? 0 : 1;
            }
            if (open == 0) {
                return i;
            }
            if (text.startsWith("\n", i)) {
                break;
            }
        }
        if (last < 0) {
            throw new IllegalArgumentException("a ${ is not closed in its line");
        }
        return last;
    }

    private String braced(String expression, int depth) {
        Matcher name = NAME.matcher(expression);
        if (!name.lookingAt()) {
            throw new IllegalArgumentException("a ${ must be followed by the name of a variable");
        }
        @Nullable String value = variables.apply(name.group()).orElse(null);
        String rest = expression.substring(name.end());
        if (rest.isEmpty()) {
            return value(name.group());
        }
        boolean emptyIsUnset = rest.startsWith(":");
        String operator = rest.substring(emptyIsUnset ? 1 : 0);
        boolean set = value != null && !(emptyIsUnset && value.isEmpty());
        return switch (operator.isEmpty() ? ' ' : operator.charAt(0)) {
            case '-' -> set && value != null ? value : replace(operator.substring(1), depth + 1);
            case '+' -> set ? replace(operator.substring(1), depth + 1) : "";
            case '?' -> {
                if (set && value != null) {
                    yield value;
                }
                String message = replace(operator.substring(1), depth + 1);
                throw new IllegalArgumentException(
                        NEEDED + "%s%s".formatted(name.group(), message.isEmpty() ? "" : ": " + message));
            }
            default ->
                throw new IllegalArgumentException("${%s} is not a form that Compose knows".formatted(expression));
        };
    }

    private String value(String name) {
        @Nullable String value = variables.apply(name).orElse(null);
        if (value == null) {
            unset.accept(name);
            return "";
        }
        return value;
    }
}
