package dev.trainyard.db;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Instants that people write: Java's reach further than Postgres'. */
public final class StorableTime {

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private StorableTime() {}

    /** The instant, if the text is one ({@code 2026-11-24T18:00:00Z}) and Postgres can compare with it. */
    public static Optional<Instant> parse(String text) {
        try {
            return Optional.of(Instant.parse(text))
                    .filter(instant -> instant.isAfter(EARLIEST) && instant.isBefore(LATEST));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
