package dev.trainyard.cli.terminal;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Shortens the ids of one listing as far as they stay distinct. */
public final class ShortIds {

    /** The milliseconds of a UUIDv7. With fewer characters, ids of the same minute would look alike. */
    private static final int LEAST = 13;

    private final int length;

    public ShortIds(Collection<String> ids) {
        Set<String> distinct = new TreeSet<>(ids);
        int needed = LEAST;
        String before = "";
        for (String id : distinct) {
            needed = Math.max(needed, commonLength(before, id) + 1);
            before = id;
        }
        length = needed;
    }

    public String of(String id) {
        return id.length() <= length ? id : id.substring(0, length);
    }

    private static int commonLength(String a, String b) {
        int i = 0;
        while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        return i;
    }
}
