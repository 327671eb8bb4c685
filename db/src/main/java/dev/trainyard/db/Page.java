package dev.trainyard.db;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing.
 *
 * @param next where the next page begins; null on the last page
 */
public record Page<T>(List<T> items, @Nullable String next) {

    /**
     * Returns the first {@code limit} items.
     *
     * @param read one more than {@code limit} if there are more
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
