package dev.trainyard.core.text;

import java.util.Optional;
import java.util.Set;

/** Parses booleans as Docker's flags do (Go's {@code strconv.ParseBool}). */
public final class SwitchText {

    private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

    private SwitchText() {}

    public static Optional<Boolean> parse(String text) {
        return TRUE.contains(text) ? Optional.of(true) : FALSE.contains(text) ? Optional.of(false) : Optional.empty();
    }
}
