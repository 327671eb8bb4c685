package dev.trainyard.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AttemptBackoffTest {

    private final AttemptId attempt = new AttemptId(UUID.randomUUID());
    private long now;
    private final AttemptBackoff setbacks = new AttemptBackoff(() -> now);

    @Test
    void an_attempt_that_fails_again_and_again_rests_longer_each_time_up_to_two_minutes() {
        assertThat(setbacks.failed(attempt)).isEqualTo(Duration.ofSeconds(5));
        assertThat(setbacks.failed(attempt)).isEqualTo(Duration.ofSeconds(10));
        for (int i = 0; i < 10; i++) {
            setbacks.failed(attempt);
        }
        assertThat(setbacks.failed(attempt)).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void it_is_taken_up_again_when_it_has_rested() {
        setbacks.failed(attempt);
        assertThat(setbacks.rests(attempt)).isTrue();

        now += Duration.ofSeconds(5).toNanos();

        assertThat(setbacks.rests(attempt)).isFalse();
    }

    @Test
    void an_attempt_that_is_over_is_forgotten() {
        setbacks.failed(attempt);

        setbacks.keepOnly(Set.of());

        assertThat(setbacks.rests(attempt)).isFalse();
    }
}
