package dev.trainyard.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.EngineSilent.How;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EngineContactTest {

    private static final EngineContact RUNNING = EngineContact.NONE_YET.whileRunning();

    private static EngineSilent silence(How how) {
        return new EngineSilent("no answer", how, new IOException());
    }

    @Test
    void an_engine_that_is_gone_while_the_container_runs_may_have_taken_it_along() {
        assertThat(RUNNING.after(silence(How.BROKEN)).wentAway()).isTrue();
        assertThat(RUNNING.after(silence(How.REFUSED)).answered().wentAway()).isTrue();
    }

    @Test
    void one_that_is_merely_slow_has_not_gone_away() {
        assertThat(RUNNING.after(silence(How.TIMED_OUT)).wentAway()).isFalse();
        assertThat(RUNNING.after(silence(How.BROKEN))
                        .after(silence(How.TIMED_OUT))
                        .wentAway())
                .isTrue();
    }

    @Test
    void a_container_that_is_about_to_be_started_may_run_already() {
        assertThat(EngineContact.NONE_YET
                        .beforeStart()
                        .after(silence(How.BROKEN))
                        .wentAway())
                .isTrue();
    }

    @Test
    void before_its_start_and_after_its_end_an_engine_takes_nothing_along() {
        assertThat(EngineContact.NONE_YET.after(silence(How.BROKEN)).wentAway()).isFalse();
        assertThat(RUNNING.afterEnd().after(silence(How.BROKEN)).wentAway()).isFalse();
    }

    @Test
    void a_container_that_is_seen_to_run_has_outlived_what_was_before() {
        assertThat(RUNNING.after(silence(How.BROKEN)).whileRunning().wentAway()).isFalse();
    }

    @Test
    void it_is_silent_until_it_answers() {
        EngineContact silent = EngineContact.NONE_YET.after(silence(How.TIMED_OUT));

        assertThat(silent.silent()).isTrue();
        assertThat(silent.answered().silent()).isFalse();
    }
}
