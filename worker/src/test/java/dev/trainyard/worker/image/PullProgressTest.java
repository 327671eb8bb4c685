package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.worker.engine.EngineMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PullProgressTest {

    private final List<String> lines = new ArrayList<>();
    private Duration time = Duration.ZERO;
    private final PullProgress progress = new PullProgress("busybox:1", lines::add, () -> time.toNanos());

    @Test
    void many_messages_become_few_lines() {
        say("Pulling from library/busybox", "1");
        say("Pulling fs layer", "aa");
        say("Pulling fs layer", "bb");
        for (int i = 0; i <= 100; i++) {
            time = Duration.ofMillis(100L * i);
            progress.accept(new EngineMessage(null, "Downloading", "aa", i * 1_000_000L, 100_000_000L, null, null));
        }
        say("Pull complete", "aa");
        say("Pull complete", "bb");
        say("Status: Downloaded newer image for busybox:1", null);

        assertThat(lines)
                .containsExactly(
                        "Pulling from library/busybox",
                        "pulling busybox:1: 0 of 2 layers, 50 of 100 MB",
                        "pulling busybox:1: 0 of 2 layers, 100 of 100 MB",
                        "pulling busybox:1: 2 of 2 layers, 100 of 100 MB",
                        "Status: Downloaded newer image for busybox:1");
        assertThat(progress.error()).isNull();
    }

    @Test
    void an_error_is_kept() {
        progress.accept(new EngineMessage(null, null, null, 0, 0, "manifest unknown", null));

        assertThat(progress.error()).isEqualTo("manifest unknown");
        assertThat(lines).isEmpty();
    }

    private void say(String status, @Nullable String id) {
        progress.accept(new EngineMessage(null, status, id, 0, 0, null, null));
    }
}
