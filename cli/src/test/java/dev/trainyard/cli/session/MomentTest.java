package dev.trainyard.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-30T23:30:00Z"), ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource(textBlock = """
            2026-11-24T18:00:00Z,      2026-11-24T18:00:00Z
            2026-11-24T18:00:00+01:00, 2026-11-24T17:00:00Z
            2026-11-24 18:00:00-02:00, 2026-11-24T20:00:00Z
            2026-11-24T18:00:00,       2026-11-24T17:00:00Z
            2026-11-24 18:00,          2026-11-24T17:00:00Z
            2026-11-24T18:00:00.5,     2026-11-24T17:00:00.500Z
            2026-07-24,                2026-07-23T22:00:00Z
            10:05,                     2026-12-01T09:05:00Z
            9:05:07,                   2026-12-01T08:05:07Z
            1795543200,                2026-11-24T18:00:00Z
            1795543200.25,             2026-11-24T18:00:00.250Z
            """)
    void a_moment_is_read_as_people_and_docker_write_it(String text, Instant moment) {
        assertThat(Moment.parse(text, CLOCK)).contains(moment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "2h", "25:00", "2026-13-01", "2026-11-24T", "12345678", "2026-11-24 18", "-1"})
    void others_are_none(String text) {
        assertThat(Moment.parse(text, CLOCK)).isEmpty();
    }
}
