package dev.trainyard.core.draft;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The type of a draft's parameter. */
public enum ParameterType {
    /** An integer in decimal digits. */
    INT("an integer"),
    /** A finite number as Python writes it: 0.1, 1e-3. */
    FLOAT("a number"),
    /** A flag: true appends only the name, false appends nothing. */
    BOOL("true or false"),
    /** Any text. */
    STRING("a text"),
    /** A path in the container. */
    PATH("a path in the container, without ~"),
    /** One of the declared values. */
    CHOICE("one of the values");

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,40}");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]{1,40}(\\.[0-9]{0,40})?|\\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?");

    private final String wanted;

    ParameterType(String wanted) {
        this.wanted = wanted;
    }

    /** The name of the type in a draft: {@code int}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Describes the expected value. */
    String wanted() {
        return wanted;
    }

    static Optional<ParameterType> of(String word) {
        return List.of(values()).stream()
                .filter(type -> type.word().equals(word))
                .findFirst();
    }

    static List<String> words() {
        return List.of(values()).stream().map(ParameterType::word).toList();
    }

    boolean isNumber() {
        return this == INT || this == FLOAT;
    }

    boolean accepts(String text) {
        return switch (this) {
            case INT -> INTEGER.matcher(text).matches();
            case FLOAT -> NUMBER.matcher(text).matches() && Double.isFinite(Double.parseDouble(text));
            case BOOL -> text.equals("true") || text.equals("false");
            case STRING, CHOICE -> true;
            // A tilde would not be expanded, because the program does not run in a shell.
            case PATH ->
                !text.isBlank() && !text.startsWith("~") && text.chars().noneMatch(Character::isISOControl);
        };
    }

    /** The number in a text that {@link #accepts} accepts. Only for types for which {@link #isNumber} is true. */
    static BigDecimal number(String text) {
        return new BigDecimal(text);
    }
}
