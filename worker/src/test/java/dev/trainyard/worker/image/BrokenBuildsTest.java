package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.engine.EnginePlatform;
import dev.trainyard.worker.engine.EngineSilent;
import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokenBuildsTest {

    private final List<Duration> pauses = new ArrayList<>();
    private final List<String> progress = new ArrayList<>();
    private final FailingEngine engine = new FailingEngine();
    private final BrokenBuilds builds = new BrokenBuilds(engine, new MonotonicClock() {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration length) {
            pauses.add(length);
        }
    });

    @Test
    void a_build_that_the_engine_breaks_off_each_time_has_failed_after_a_few_tries_with_growing_pauses() {
        for (int attempt = 1; attempt < BrokenBuilds.MOST_TRIES; attempt++) {
            assertThatThrownBy(() -> build("a", this::brokenOff)).isInstanceOf(EngineSilent.class);
        }
        ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> build("a", this::brokenOff));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure)
                .hasMessageContaining("the engine broke it off 5 times")
                .hasMessageContaining("unexpected end");
        assertThat(pauses)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(progress).hasSize(4).last().asString().contains("try 4 of 5").contains("next try in 8 s");
    }

    @Test
    void where_the_engine_itself_goes_away_each_time_another_host_may_do_it() {
        engine.goneAfterwards = true;
        for (int attempt = 1; attempt < BrokenBuilds.MOST_TRIES; attempt++) {
            assertThatThrownBy(() -> build("a", this::brokenOff)).isInstanceOf(EngineSilent.class);
        }
        ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> build("a", this::brokenOff));

        assertThat(failure.verdict()).isEqualTo(Cause.PREPARE_TIMEOUT);
        assertThat(failure).hasMessageContaining("the engine went away 5 times while it built the image");
    }

    @Test
    void an_engine_that_cannot_be_reached_is_waited_for() {
        for (int attempt = 0; attempt < 3 * BrokenBuilds.MOST_TRIES; attempt++) {
            assertThatThrownBy(() -> build("a", () -> {
                        throw new EngineSilent("cannot be reached", EngineSilent.How.REFUSED, new EOFException());
                    }))
                    .isInstanceOf(EngineSilent.class);
        }
        assertThat(pauses).isEmpty();
    }

    @Test
    void builds_are_counted_separately_and_from_zero_after_an_answer_of_the_engine() throws InterruptedException {
        assertThatThrownBy(() -> build("a", this::brokenOff)).isInstanceOf(EngineSilent.class);
        build("b", () -> "sha256:b");
        assertThat(pauses).isEmpty();

        build("a", () -> "sha256:a");
        build("a", () -> "sha256:a");

        assertThat(pauses).containsExactly(Duration.ofSeconds(1));
    }

    private String build(String content, BrokenBuilds.Work<String> work) throws InterruptedException {
        return builds.attempt(content, progress::add, work);
    }

    private String brokenOff() {
        throw new EngineSilent("unexpected end", EngineSilent.How.BROKEN, new EOFException());
    }

    private static final class FailingEngine extends StandInImages {

        private boolean goneAfterwards;

        @Override
        public EnginePlatform platform() {
            if (goneAfterwards) {
                throw new EngineSilent("cannot be reached", EngineSilent.How.REFUSED, new EOFException());
            }
            return new EnginePlatform("linux", "amd64", "");
        }
    }
}
