package dev.trainyard.cli.terminal;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.regex.Pattern;

/** Formats values for tables: short, and in local time. */
public final class Shown {

    private static final int SECONDS = "2026-11-24T08:15:30".length();
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private static final Pattern INSTANT = Pattern.compile("\\b\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");

    private final Clock clock;

    /** @param clock gives the current day and the time zone */
    public Shown(Clock clock) {
        this.clock = clock;
    }

    /** {@code 08:15:30} for an instant of today, else {@code 2026-11-23 08:15}. Other text stays unchanged. */
    public String time(String instant) {
        String full = dateAndTime(instant);
        if (full.equals(instant)) {
            return instant;
        }
        return full.startsWith(LocalDate.now(clock).toString() + " ")
                ? full.substring(11)
                : full.substring(0, full.lastIndexOf(':'));
    }

    /** {@code 2026-11-24 08:15:30}, for rows that people compare and copy. Other text stays unchanged. */
    public String dateAndTime(String instant) {
        if (!looksLikeAnInstant(instant)) {
            return instant;
        }
        try {
            LocalDateTime time = LocalDateTime.ofInstant(Instant.parse(instant), clock.getZone());
            // Not a formatter: loading its locale data costs a tenth of a command's time.
            String iso = time.withNano(0).toString();
            return (iso.length() < SECONDS ? iso + ":00" : iso).replace('T', ' ');
        } catch (DateTimeException e) {
            return instant;
        }
    }

    /**
     * The time between two instants in its two largest units: {@code 12s}, {@code 3m12s}, {@code 5h03m}, {@code 12d05h}.
     *
     * @param from an instant. If empty, the result is empty
     * @param to an instant. Empty means now
     */
    public String between(String from, String to) {
        if (!looksLikeAnInstant(from) || !(to.isEmpty() || looksLikeAnInstant(to))) {
            return "";
        }
        try {
            Instant end = to.isEmpty() ? clock.instant() : Instant.parse(to);
            // Another host's clock may be ahead.
            return duration(
                    Math.max(0, Duration.between(Instant.parse(from), end).toSeconds()));
        } catch (DateTimeException e) {
            return "";
        }
    }

    /** An ISO duration in the format of {@link #between}. Other text stays unchanged. */
    public static String span(String iso) {
        try {
            return iso.isEmpty() ? "" : duration(Duration.parse(iso).toSeconds());
        } catch (DateTimeException e) {
            return iso;
        }
    }

    private static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m" + twoDigits(seconds % 60) + "s";
        }
        long hours = seconds / 3_600;
        return hours < 24
                ? hours + "h" + twoDigits(seconds / 60 % 60) + "m"
                : hours / 24 + "d" + twoDigits(hours % 24) + "h";
    }

    private static String twoDigits(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }

    /** Replaces the instants in a sentence by {@link #time}. */
    public String timesIn(String sentence) {
        return INSTANT.matcher(sentence).replaceAll(instant -> time(instant.group()));
    }

    /** A sentence in one line. */
    public static String inOneLine(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    private static boolean looksLikeAnInstant(String text) {
        return text.length() > SECONDS && text.charAt(4) == '-' && text.charAt(10) == 'T' && text.charAt(13) == ':';
    }

    /** {@code 517 B}, {@code 1.4 MiB}. */
    public static String size(long bytes) {
        int unit = 0;
        double amount = bytes;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        String number = unit == 0 ? Long.toString(bytes) : Double.toString(Math.round(amount * 10) / 10.0);
        return number + " " + UNITS[unit];
    }
}
