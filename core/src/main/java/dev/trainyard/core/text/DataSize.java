package dev.trainyard.core.text;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of memory or disk in bytes. */
public record DataSize(long bytes) {

    /** The number before the unit, as Go's {@code ParseFloat} accepts it: also {@code .5}, {@code 5.} and {@code 1e3}. */
    private static final Pattern FORM =
            Pattern.compile("\\+?((?:\\d++(?:\\.\\d*+)?|\\.\\d++)(?:[eE][-+]?\\d{1,3})?)\\s*([a-zA-Z]*)");

    /** Docker reads {@code k}, {@code kb} and {@code KiB} all as 1024 (docker/go-units, {@code RAMInBytes}). */
    private static final Map<String, Integer> SHIFT = Map.of("", 0, "k", 10, "m", 20, "g", 30, "t", 40, "p", 50);

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size cannot be negative: " + bytes);
        }
    }

    /**
     * Parses a size as Docker does: {@code 8gb}, {@code 512m}, {@code 1.5GiB}, {@code 1073741824}.
     *
     * @throws IllegalArgumentException if the text is not a size
     */
    public static DataSize parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (form.matches()) {
            String unit = form.group(2).toLowerCase(Locale.ROOT).replaceFirst("i?b$", "");
            Integer shift = SHIFT.get(unit);
            if (shift != null) {
                BigDecimal bytes = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(1L << shift));
                if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                    return new DataSize(bytes.longValue());
                }
            }
        }
        throw new IllegalArgumentException("'%s' is not a size such as 512m, 8gb or 1.5GiB".formatted(text));
    }

    @Override
    public String toString() {
        return Long.toString(bytes);
    }
}
