package dev.trainyard.db;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** The beginning or end of an id, as people copy it from a listing: at least four characters. */
public record IdPart(String text) {

    private static final String FORM = "00000000-0000-0000-0000-000000000000";
    private static final int LEAST = 4;

    /** The first and last id with this beginning. */
    record Range(UUID first, UUID last) {}

    /** Empty if no id can begin or end with the text. */
    public static Optional<IdPart> parse(String text) {
        return text.matches("[0-9a-fA-F-]{%d,%d}".formatted(LEAST, FORM.length()))
                ? Optional.of(new IdPart(text.toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    public boolean matches(String id) {
        return id.startsWith(text) || id.endsWith(text);
    }

    /** Empty if no id can begin with the text, because ids have dashes at other positions. */
    Optional<Range> beginnings() {
        for (int i = 0; i < text.length(); i++) {
            if ((text.charAt(i) == '-') != (FORM.charAt(i) == '-')) {
                return Optional.empty();
            }
        }
        String rest = FORM.substring(text.length());
        return Optional.of(new Range(UUID.fromString(text + rest), UUID.fromString(text + rest.replace('0', 'f'))));
    }

    /** Reversed, as in the index of reversed ids. */
    String reversed() {
        return new StringBuilder(text).reverse().toString();
    }
}
