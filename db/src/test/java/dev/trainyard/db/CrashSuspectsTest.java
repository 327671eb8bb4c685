package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.request.JobId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CrashSuspectsTest {

    private final Yard yard = new Yard();
    private final CrashSuspects suspects = new CrashSuspects(yard.database);
    private final AWorker worker = AWorker.named("gpu-1").gpus(3);
    private Incarnation me;

    @BeforeEach
    void host() {
        me = yard.register(worker);
        yard.plans.observe();
    }

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void a_placed_attempt_belongs_to_the_process_that_it_was_placed_for() {
        AttemptId attempt = yard.place(yard.submit(ARequest.named("mnist")));

        assertThat(yard.attempt(attempt).isInHandsOf(me)).isTrue();
    }

    @Test
    void an_unexpected_end_of_a_process_is_counted_for_its_attempts() {
        AttemptId running = yard.running(me, yard.submit(ARequest.named("mnist").gpus(1)));
        AttemptId reserved = yard.place(yard.submit(ARequest.named("other").gpus(1)));

        dies();

        assertThat(deaths(running)).isEqualTo(1);
        assertThat(deaths(reserved)).isEqualTo(1);
        assertThat(yard.attempt(running).isInHandsOf(me)).isFalse();
        assertThat(yard.attempt(running).rests()).isFalse();
    }

    @Test
    void an_attempt_that_no_process_had_taken_up_is_not_counted() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        dies();

        dies();

        assertThat(deaths(attempt)).isZero();
    }

    @Test
    void a_process_that_said_that_it_stops_is_not_counted_also_of_a_host_that_is_lost() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        yard.workers.stopped(me);
        takenUpByTheNext(attempt);
        assertThat(deaths(attempt)).isZero();

        yard.update("update trainyard.worker set state = 'LOST'");
        yard.workers.stopped(me);
        me = yard.register(worker);

        assertThat(deaths(attempt)).isZero();
    }

    @Test
    void a_restart_of_the_host_is_not_counted() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        yard.silence(me, "1 minute");

        me = yard.register(worker.boot("boot-2"));

        assertThat(deaths(attempt)).isZero();
    }

    @Test
    void after_the_second_death_in_a_row_it_rests_and_people_are_told() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);

        dies();
        assertThat(yard.events(job)).doesNotContain("attempt.suspected");
        diesWith(attempt);

        assertThat(yard.attempt(attempt).rests()).isTrue();
        assertThat(yard.events(job)).endsWith("attempt.suspected");
        assertThat(yard.text("select worker_deaths || ' ' || (rests_until > clock_timestamp()) from history.attempts"))
                .isEqualTo("2 true");
    }

    @Test
    void one_that_a_process_lived_with_is_not_the_one_that_ended_it() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        dies();
        diesWith(attempt);
        suspects.takenUp(me, attempt);
        yard.update(
                "update trainyard.attempt set state_since = state_since - interval '1 hour', in_hands_since = in_hands_since - interval '1 hour'");

        dies();

        assertThat(deaths(attempt)).isEqualTo(1);
    }

    @Test
    void a_death_with_one_on_trial_is_counted_for_that_one_and_clears_no_other() {
        AttemptId tried = yard.running(me, yard.submit(ARequest.named("tried").gpus(1)));
        AttemptId waiting =
                yard.running(me, yard.submit(ARequest.named("waiting").gpus(1)));
        dies();
        suspects.takenUp(me, tried);
        diesWith(waiting);

        diesWith(tried);

        assertThat(deaths(tried)).isEqualTo(3);
        assertThat(deaths(waiting)).isEqualTo(2);
    }

    @Test
    void a_death_while_all_that_are_suspected_rest_clears_them() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        dies();
        diesWith(attempt);

        dies();

        assertThat(deaths(attempt)).isZero();
        assertThat(yard.attempt(attempt).rests()).isFalse();
    }

    @Test
    void a_step_of_the_attempt_clears_it() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);
        dies();
        diesWith(attempt);

        yard.attempts.exited(me, attempt, Yard.EXIT_0);

        assertThat(deaths(attempt)).isZero();
        assertThat(yard.attempt(attempt).rests()).isFalse();
    }

    @Test
    void given_up_while_its_outputs_are_gathered_the_job_keeps_its_exit_code() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);

        assertThat(suspects.givenUp(me, attempt)).isEqualTo(Outcome.APPLIED);

        assertThat(yard.state(job)).isEqualTo("SUCCEEDED");
        assertThat(yard.cause(attempt)).isEqualTo("COMPLETED");
        assertThat(yard.row(attempt))
                .containsEntry("outputs_state", "INCOMPLETE")
                .containsEntry("exit_code", 0);
        assertThat(yard.row(attempt).get("detail")).asString().contains("the process of its worker ended");
        assertThat(yard.row(attempt).get("outputs_missing")).asString().contains("could not be gathered");
        assertThat(yard.held(attempt)).isEmpty();
    }

    @Test
    void given_up_before_it_started_the_job_fails() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.prepared(me, job);

        assertThat(suspects.givenUp(me, attempt)).isEqualTo(Outcome.APPLIED);
        assertThat(suspects.givenUp(me, attempt)).isEqualTo(Outcome.APPLIED);

        assertThat(yard.state(job)).isEqualTo("FAILED");
        assertThat(yard.cause(attempt)).isEqualTo("START_FAILED");
        assertThat(yard.held(attempt)).isEmpty();
    }

    @Test
    void one_that_rests_and_is_cancelled_ends_without_being_read() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.place(job);
        dies();
        diesWith(attempt);
        assertThat(yard.attempt(attempt).isSuspectToEnd()).isFalse();

        yard.jobs.cancel(job, "ada", JobStore.Kill.NEVER);

        assertThat(yard.attempt(attempt).rests()).isTrue();
        assertThat(yard.attempt(attempt).isSuspectToEnd()).isTrue();
        assertThat(suspects.givenUp(me, attempt)).isEqualTo(Outcome.APPLIED);
        assertThat(yard.state(job)).isEqualTo("CANCELLED");
        assertThat(yard.cause(attempt)).isEqualTo("CANCELLED");
        assertThat(yard.held(attempt)).isEmpty();
    }

    @Test
    void of_one_that_gathers_its_outputs_only_a_cancellation_that_waits_for_none_is_an_end() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        dies();
        diesWith(attempt);
        yard.jobs.cancel(job, "ada", JobStore.Kill.NEVER);
        assertThat(yard.attempt(attempt).isSuspectToEnd()).isFalse();

        yard.jobs.cancel(job, "ada", JobStore.Kill.AT_ONCE);

        assertThat(yard.attempt(attempt).isSuspectToEnd()).isTrue();
        assertThat(suspects.givenUp(me, attempt)).isEqualTo(Outcome.APPLIED);
        assertThat(yard.row(attempt).get("detail"))
                .asString()
                .contains("ended 2 times in a row")
                .doesNotContain("at last three");
    }

    @Test
    void a_training_that_runs_is_not_ended() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));

        assertThat(suspects.givenUp(me, attempt)).isEqualTo(Outcome.STALE);

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RUNNING);
    }

    private int deaths(AttemptId attempt) {
        return yard.attempt(attempt).suspicion().deaths();
    }

    /** The process ends, and the next one registers. */
    private void dies() {
        me = yard.register(worker);
    }

    /** The process takes it up, ends, and the next one registers. */
    private void diesWith(AttemptId attempt) {
        suspects.takenUp(me, attempt);
        dies();
    }

    private void takenUpByTheNext(AttemptId attempt) {
        dies();
        suspects.takenUp(me, attempt);
    }
}
