package dev.trainyard.core.text;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses durations in ISO-8601 ({@code PT1H30M}) or in the syntax of Docker and Compose ({@code 1h30m}, {@code 90s}). */
public final class DurationText {

    private static final Pattern PART =
            Pattern.compile("(\\d{1,12}+(?:\\.\\d{0,12}+)?+|\\.\\d{1,12}+)(ns|[u\u00B5\u03BC]s|ms|[wdhms])");
    private static final Map<String, Long> NANOS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "\u00B5s",
            1_000L,
            "\u03BCs",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L,
            "d",
            86_400_000_000_000L,
            "w",
            604_800_000_000_000L);

    private DurationText() {}

    /** @throws IllegalArgumentException if the text is not a duration, or is negative */
    public static Duration parse(String text) {
        Duration duration = parseSigned(text);
        if (duration.isNegative()) {
            throw unreadable(text, null);
        }
        return duration;
    }

    /** @throws IllegalArgumentException if the text is no duration */
    public static Duration parseSigned(String text) {
        String form = text.strip();
        try {
            if (form.startsWith("P") || form.startsWith("p")) {
                return Duration.parse(form);
            }
            boolean negative = form.startsWith("-");
            String parts = form.substring(negative || form.startsWith("+") ? 1 : 0);
            Duration duration = parts.equals("0") ? Duration.ZERO : parseParts(parts);
            return negative ? duration.negated() : duration;
        } catch (DateTimeException | ArithmeticException e) {
            throw unreadable(text, e);
        }
    }

    /** In the syntax of Docker and Compose: {@code 1h30m}. */
    public static String of(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    private static Duration parseParts(String text) {
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        int end = 0;
        while (part.find() && part.start() == end) {
            BigDecimal nanos =
                    new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L)));
            BigDecimal[] seconds = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000L));
            sum = sum.plusSeconds(seconds[0].longValueExact()).plusNanos(seconds[1].longValue());
            end = part.end();
        }
        if (end == 0 || end != text.length()) {
            throw unreadable(text, null);
        }
        // Go counts nanoseconds in 64 bits. A longer duration throws an ArithmeticException here.
        return Duration.ofNanos(sum.toNanos());
    }

    private static IllegalArgumentException unreadable(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "%s is not a duration such as 90s, 1h30m or PT30M".formatted(Excerpt.quote(text)), cause);
    }
}
