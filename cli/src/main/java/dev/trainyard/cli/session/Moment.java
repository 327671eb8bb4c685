package dev.trainyard.cli.session;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A point in time as people write it. Accepts the forms of Trainyard's listings and of {@code docker logs --since}: with or without a time
 * zone, a date alone, seconds since 1970, or a time of today.
 */
final class Moment {

    static final String FORMS = "2026-11-24T18:00:00Z, 2026-11-24 18:00 (local), 2026-11-24 or 1795543200";

    private static final Pattern ZONED = Pattern.compile("(?:[Zz]|[+-]\\d\\d(?::?\\d\\d)?+)$");

    private Moment() {}

    /** @param clock gives the local time zone and the current date */
    static Optional<Instant> parse(String text, Clock clock) {
        String form = text.strip();
        try {
            if (form.matches("\\d{9,11}+(\\.\\d{1,9}+)?+")) {
                long millis = Math.round(Double.parseDouble(form) * 1000);
                return Optional.of(Instant.ofEpochMilli(millis));
            }
            if (form.matches("\\d{1,2}+:\\d\\d(:\\d\\d)?+")) {
                LocalTime time = LocalTime.parse(form.indexOf(':') == 1 ? "0" + form : form);
                return Optional.of(LocalDate.now(clock)
                        .atTime(time)
                        .atZone(clock.getZone())
                        .toInstant());
            }
            if (form.matches("\\d{4}-\\d\\d-\\d\\d")) {
                return Optional.of(
                        LocalDate.parse(form).atStartOfDay(clock.getZone()).toInstant());
            }
            String withT = form.matches("\\d{4}-\\d\\d-\\d\\d .*") ? form.replaceFirst(" ", "T") : form;
            return Optional.of(
                    ZONED.matcher(withT).find()
                            ? Instant.parse(withT.toUpperCase(Locale.ROOT))
                            : LocalDateTime.parse(withT).atZone(clock.getZone()).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
