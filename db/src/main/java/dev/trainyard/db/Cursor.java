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
 * The end of a page of a listing, where the next page begins: the sort values of the last row. Clients get it as an opaque text and send it
 * back.
 */
public final class Cursor {

    private static final String SEPARATOR = ".";

    private final List<String> values;

    /** The text is not one that {@link #toString} wrote for this listing. */
    public static final class Unreadable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unreadable() {
            super("after: this is not the 'next' of another page of this listing. Send it unchanged");
        }
    }

    private Cursor(List<String> values) {
        this.values = values;
    }

    static Cursor of(Object... values) {
        return new Cursor(Arrays.stream(values).map(Object::toString).toList());
    }

    /**
     * Parses a cursor. Null, which means the first page, stays null.
     *
     * @throws Unreadable if the text is not a cursor
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

    /** @throws Unreadable if there is no such value, or it contains NUL */
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
