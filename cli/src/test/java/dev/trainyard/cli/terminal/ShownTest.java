package dev.trainyard.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTest {

    private final Shown shown =
            new Shown(Clock.fixed(Instant.parse("2026-11-24T23:30:00Z"), ZoneId.of("Europe/Berlin")));

    @ParameterizedTest
    @CsvSource({
        "2026-11-24T23:15:30.123456Z, 00:15:30",
        "2026-11-25T00:15:30+01:00, 00:15:30",
        "2026-11-24T23:00:00Z, 00:00:00",
        "2026-11-24T22:59:59Z, 2026-11-24 23:59",
        "2026-11-24, 2026-11-24",
        "2026-11-24T9, 2026-11-24T9",
        "1234-67890T23:56 is no time, 1234-67890T23:56 is no time"
    })
    void times_are_local_and_short(String instant, String text) {
        assertThat(shown.time(instant)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1500000, 1.4 MiB",
        "5497558138880, 5.0 TiB",
        "5629499534213120, 5120.0 TiB"
    })
    void sizes_are_shown_in_the_largest_fitting_unit(long bytes, String text) {
        assertThat(Shown.size(bytes)).isEqualTo(text);
    }
}
