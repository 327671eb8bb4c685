package dev.trainyard.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollectProgressTest {

    private static final long GIB = 1L << 30;

    private final List<String> told = new ArrayList<>();
    private long now;

    @Test
    void a_long_fetch_is_reported_at_increasing_intervals() throws Exception {
        CollectProgress progress = new CollectProgress(() -> now, told::add);

        for (int second = 0; second <= 240; second++) {
            now = Duration.ofSeconds(second).toNanos();
            progress.read(second * GIB / 60, 4 * GIB);
        }

        assertThat(told)
                .containsExactly(
                        "[collecting the outputs: 0.1 of 4.0 GiB read]",
                        "[collecting the outputs: 0.3 of 4.0 GiB read]",
                        "[collecting the outputs: 0.6 of 4.0 GiB read]",
                        "[collecting the outputs: 1.3 of 4.0 GiB read]",
                        "[collecting the outputs: 2.3 of 4.0 GiB read]",
                        "[collecting the outputs: 3.3 of 4.0 GiB read]");
    }

    @Test
    void a_short_fetch_is_not_reported() throws Exception {
        CollectProgress progress = new CollectProgress(() -> now, told::add);

        progress.read(GIB, GIB);

        assertThat(told).isEmpty();
    }
}
