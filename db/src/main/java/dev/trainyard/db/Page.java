package dev.trainyard.db;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing.
 *
 * @param next where to go on; null: that was all
 */
public record Page<T>(List<T> items, @Nullable String next) {

    /**
     * The first {@code limit} of what was read.
     *
     * @param read one more than that, if there is more
     * @param cursor of an item
     */
    public static <T> Page<T> of(List<T> read, int limit, Function<T, Cursor> cursor) {
        if (read.size() <= limit) {
            return new Page<>(read, null);
        }
        List<T> items = read.subList(0, limit);
        return new Page<>(items, cursor.apply(items.getLast()).toString());
    }
}
