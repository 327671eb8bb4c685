package dev.trainyard.worker.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private long now = Long.MAX_VALUE - 1;
    private final Backoff backoff = new Backoff(() -> now);

    @Test
    void without_a_failure_there_is_no_pause() {
        assertThat(backoff.rest()).isEmpty();
        assertThat(backoff.isFailing()).isFalse();
    }

    @Test
    void after_a_failure_there_is_a_pause_with_its_reason_begin_and_end() {
        backoff.failed("connection refused");
        passes(Duration.ofSeconds(2));

        assertThat(backoff.rest())
                .hasValue(new Backoff.Rest("connection refused", Duration.ofSeconds(2), Duration.ofSeconds(3)));

        passes(Duration.ofSeconds(3));
        assertThat(backoff.rest()).isEmpty();
        assertThat(backoff.isFailing()).isTrue();
    }

    @Test
    void it_rests_longer_each_time_in_a_row_up_to_a_minute() {
        for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
            backoff.failed("still refused");
            assertThat(backoff.rest().orElseThrow().left()).isEqualTo(Duration.ofSeconds(seconds));
        }

        backoff.succeeded();
        assertThat(backoff.rest()).isEmpty();
        backoff.failed("again");
        assertThat(backoff.rest().orElseThrow().left()).isEqualTo(Duration.ofSeconds(5));
    }

    private void passes(Duration time) {
        now += time.toNanos();
    }
}
