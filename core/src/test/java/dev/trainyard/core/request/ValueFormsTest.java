package dev.trainyard.core.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.DurationText;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueFormsTest {

    @ParameterizedTest
    @CsvSource({
        "90s, PT1M30S",
        "1h30m, PT1H30M",
        "1m30s, PT1M30S",
        "PT30M, PT30M",
        "p1dt2h, PT26H",
        "1.5h, PT1H30M",
        "250ms, PT0.25S",
        "2d, PT48H",
        "40us, PT0.00004S",
        "0s, PT0S",
    })
    void durations_are_read_as_docker_and_as_iso_write_them(String text, Duration expected) {
        assertThat(DurationText.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s", "90", "1h 30m", "-5s", "PT-5S", "1y", "PT", "99999999999s", "P999999999999999999D"})
    void other_text_is_not_a_duration(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DurationText.parse(text))
                .withMessageContaining("is not a duration");
    }

    @ParameterizedTest
    @CsvSource({"8gb, 8589934592", "512m, 536870912", "1.5GiB, 1610612736", "64, 64", "64b, 64", "1k, 1024"})
    void sizes_are_read_as_docker_reads_them(String text, long bytes) {
        assertThat(DataSize.parse(text)).isEqualTo(new DataSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "b", "-1", "8 elephants", "9999999p9", "99999999999999p"})
    void other_text_is_not_a_size(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DataSize.parse(text))
                .withMessageContaining("is not a size");
    }

    @Test
    void new_job_ids_are_ordered_by_time() {
        SplittableRandom random = new SplittableRandom(7);
        UUID earlier = UuidV7.generate(Instant.parse("2026-11-30T20:00:00Z"), random);
        UUID later = UuidV7.generate(Instant.parse("2026-11-30T20:00:00.001Z"), random);

        assertThat(List.of(earlier, later)).allSatisfy(id -> {
            assertThat(id.version()).isEqualTo(7);
            assertThat(id.variant()).isEqualTo(2);
        });
        assertThat(new JobId(earlier)).isLessThan(new JobId(later));
        assertThat(earlier.getMostSignificantBits() >>> 16)
                .isEqualTo(Instant.parse("2026-11-30T20:00:00Z").toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({"shm-size, shm_size", "comand, command", "gpu, gpus", "volums, volumes", "xyzzy, "})
    void a_typing_error_finds_the_intended_name(String given, String expected) {
        assertThat(NearestName.among(List.of("shm_size", "command", "gpus", "volumes"), given)
                        .orElse(null))
                .isEqualTo(expected);
    }

    @Test
    void text_of_others_is_shown_without_its_control_characters() {
        assertThat(Excerpt.quote("a\u001b[31m\nb")).isEqualTo("'a�[31m b'");
        assertThat(Excerpt.quote("x".repeat(100))).isEqualTo("'" + "x".repeat(60) + "…'");
    }
}
