package dev.trainyard.db;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Parses instants that people write. Java has a wider range of times than Postgres. */
public final class StorableTime {

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private StorableTime() {}

    /** The instant ({@code 2026-11-24T18:00:00Z}). Empty if the text is not an instant, or is outside of Postgres' range. */
    public static Optional<Instant> parse(String text) {
        try {
            return Optional.of(Instant.parse(text))
                    .filter(instant -> instant.isAfter(EARLIEST) && instant.isBefore(LATEST));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
