package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CrashSuspicionTest {

    private static final Duration AT_ONCE = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofHours(3);

    @Test
    void one_death_causes_no_delay() {
        CrashSuspicion once = CrashSuspicion.NONE.afterDeathWith(AT_ONCE);

        assertThat(once.isTriedAlone()).isFalse();
        assertThat(once.rest()).isZero();
    }

    @Test
    void after_the_second_in_a_row_it_rests_for_longer_than_it_is_tried_and_longer_each_time() {
        CrashSuspicion twice = deaths(2);

        assertThat(twice.isTriedAlone()).isTrue();
        assertThat(twice.trial()).hasSeconds(30);
        assertThat(twice.rest()).hasMinutes(1);
        assertThat(deaths(3).rest()).hasMinutes(2);
        assertThat(deaths(4).rest()).hasMinutes(4);
    }

    @Test
    void after_three_deaths_alone_it_is_given_up_at_once() {
        assertThat(deaths(4).isGivenUp()).isFalse();
        assertThat(deaths(5).isGivenUp()).isTrue();
        assertThat(deaths(5).rest()).isZero();
    }

    /** Whatever ends the process then, too. */
    @Test
    void a_given_up_attempt_that_still_ends_processes_rests_for_up_to_an_hour() {
        assertThat(deaths(6).rest()).hasMinutes(16);
        assertThat(deaths(60).rest()).hasHours(1);
    }

    @Test
    void an_attempt_is_cleared_after_a_process_has_lived_with_it_for_long() {
        assertThat(deaths(4).afterDeathWith(LONG).deaths()).isEqualTo(1);
    }

    @Test
    void one_that_takes_minutes_to_end_its_process_is_tried_for_longer() {
        CrashSuspicion slow =
                CrashSuspicion.NONE.afterDeathWith(Duration.ofMinutes(2)).afterDeathWith(Duration.ofMinutes(2));

        assertThat(slow.deaths()).isEqualTo(2);
        assertThat(slow.trial()).hasMinutes(4);
        assertThat(slow.rest()).hasMinutes(8);
        assertThat(CrashSuspicion.NONE.afterDeathWith(LONG).trial()).hasMinutes(5);
    }

    @Test
    void a_process_that_ends_without_it_clears_it_unless_it_tried_another() {
        assertThat(deaths(4).afterDeathWithout(false)).isEqualTo(CrashSuspicion.NONE);
        assertThat(deaths(4).afterDeathWithout(true)).isEqualTo(deaths(4));
    }

    @Test
    void an_attempt_that_is_given_up_remains_given_up() {
        assertThat(deaths(5).afterDeathWithout(false).isGivenUp()).isTrue();
        assertThat(deaths(7).afterDeathWith(LONG))
                .extracting(CrashSuspicion::isGivenUp, CrashSuspicion::rest)
                .containsExactly(true, Duration.ZERO);
    }

    /** Times between kills are exponentially distributed, as by somebody who knows nothing of the attempt; from one a second to one in an hour. */
    @Test
    void an_innocent_one_is_not_given_up_however_often_its_worker_is_killed_at_random() {
        Random random = new Random(21);
        int kills = 0;
        int givenUp = 0;
        for (double mean = 1; mean < 3600; mean *= 1.3) {
            for (int training = 0; training < 500; training++) {
                CrashSuspicion suspicion = CrashSuspicion.NONE;
                for (int kill = 0; kill < 10; kill++) {
                    Duration alive = Duration.ofMillis((long) (-Math.log(1 - random.nextDouble()) * mean * 1000));
                    Duration rest = suspicion.rest();
                    suspicion = alive.compareTo(rest) < 0
                            ? suspicion.afterDeathWithout(false)
                            : suspicion.afterDeathWith(alive.minus(rest));
                    kills++;
                }
                givenUp += suspicion.isGivenUp() ? 1 : 0;
            }
        }

        assertThat(kills).isGreaterThan(100_000);
        assertThat(givenUp / (kills / 10.0)).isLessThan(0.001);
    }

    private static CrashSuspicion deaths(int deaths) {
        CrashSuspicion suspicion = CrashSuspicion.NONE;
        for (int death = 0; death < deaths; death++) {
            suspicion = suspicion.afterDeathWith(AT_ONCE);
        }
        return suspicion;
    }
}
