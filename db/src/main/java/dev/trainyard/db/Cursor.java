package dev.trainyard.db;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a page of a listing ends, so that the next one begins behind it: the values that the rows are ordered by. Whoever asks gets it as a
 * text without a meaning, and gives it back.
 */
public final class Cursor {

    private static final String SEPARATOR = ".";

    private final List<String> values;

    /** The text is not one that {@link #toString} wrote for this listing. */
    public static final class Unreadable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unreadable() {
            super("after: this is not the 'next' of another page of this listing. Give it as it came");
        }
    }

    private Cursor(List<String> values) {
        this.values = values;
    }

    static Cursor of(Object... values) {
        return new Cursor(Arrays.stream(values).map(Object::toString).toList());
    }

    /**
     * Reads one; null stays null: the first page.
     *
     * @throws Unreadable if the text is none
     */
    public static @Nullable Cursor parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return new Cursor(Arrays.stream(text.split(Pattern.quote(SEPARATOR), -1))
                    .map(value -> new String(Base64.getUrlDecoder().decode(value), StandardCharsets.UTF_8))
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new Unreadable();
        }
    }

    /** @throws Unreadable if there is no such value, or it has a NUL */
    String text(int index) {
        if (index >= values.size() || values.get(index).indexOf('\0') >= 0) {
            throw new Unreadable();
        }
        return values.get(index);
    }

    int number(int index) {
        try {
            return Integer.parseInt(text(index));
        } catch (NumberFormatException e) {
            throw new Unreadable();
        }
    }

    UUID id(int index) {
        try {
            return UUID.fromString(text(index));
        } catch (IllegalArgumentException e) {
            throw new Unreadable();
        }
    }

    Instant time(int index) {
        return StorableTime.parse(text(index)).orElseThrow(Unreadable::new);
    }

    @Override
    public String toString() {
        return values.stream()
                .map(value ->
                        Base64.getUrlEncoder().withoutPadding().encodeToString(value.getBytes(StandardCharsets.UTF_8)))
                .collect(Collectors.joining(SEPARATOR));
    }
}
