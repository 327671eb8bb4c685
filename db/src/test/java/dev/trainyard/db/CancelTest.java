package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.Attempt.Wanted;
import dev.trainyard.db.JobStore.Cancellation;
import dev.trainyard.db.JobStore.Kill;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CancelTest {

    private static final String LOCK_JOB = "select id from trainyard.job where id = ? for update";

    private final Yard yard = new Yard();
    private Incarnation me;

    @BeforeEach
    void host() {
        me = yard.register(AWorker.named("gpu-1").gpus(2));
    }

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void a_queued_job_is_cancelled_at_once() {
        JobId job = yard.submit(ARequest.named("mnist"));

        assertThat(yard.jobs.cancel(job, "ada", Kill.NEVER)).isEqualTo(Cancellation.CANCELLED);

        assertThat(yard.row(job)).containsEntry("state", "CANCELLED").containsEntry("cancel_requested_by", "ada");
        assertThat(yard.events(job)).containsExactly("job.accepted", "job.queued", "job.cancel-requested", "job.ended");
        assertThat(yard.plan().placed()).isZero();
    }

    @Test
    void a_queued_job_that_was_told_why_it_waits_is_cancelled() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(8));
        yard.plan();
        assertThat(yard.row(job)).doesNotContainEntry("waiting_because", null);

        assertThat(yard.jobs.cancel(job, null, Kill.NEVER)).isEqualTo(Cancellation.CANCELLED);
    }

    @Test
    void a_held_job_is_cancelled_at_once() {
        JobId job = yard.submit(ARequest.named("mnist"));
        yard.jobs.hold(job, "let me look");

        assertThat(yard.jobs.cancel(job, null, Kill.NEVER)).isEqualTo(Cancellation.CANCELLED);

        assertThat(yard.row(job)).containsEntry("state", "CANCELLED").containsEntry("hold_reason", null);
    }

    @Test
    void a_job_that_ended_stays_as_it_ended() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        assertThat(yard.jobs.cancel(job, "ada", Kill.NEVER)).isEqualTo(Cancellation.ALREADY_ENDED);

        assertThat(yard.row(job)).containsEntry("state", "SUCCEEDED").containsEntry("cancel_requested_at", null);
    }

    @Test
    void cancelling_twice_is_cancelling_once() {
        JobId queued = yard.submit(ARequest.named("queued"));
        yard.jobs.cancel(queued, "ada", Kill.NEVER);
        assertThat(yard.jobs.cancel(queued, "bob", Kill.NEVER)).isEqualTo(Cancellation.ALREADY_ENDED);
        assertThat(yard.row(queued)).containsEntry("cancel_requested_by", "ada");

        JobId running = yard.submit(ARequest.named("running"));
        AttemptId attempt = yard.running(me, running);
        yard.jobs.cancel(running, "ada", Kill.NEVER);
        Object first = yard.row(attempt).get("stop_requested_at");
        assertThat(yard.jobs.cancel(running, "bob", Kill.NEVER)).isEqualTo(Cancellation.STOPPING);
        assertThat(yard.row(running)).containsEntry("cancel_requested_by", "ada");
        assertThat(yard.row(attempt)).containsEntry("stop_requested_at", first);
        assertThat(yard.events(running)).containsOnlyOnce("job.cancel-requested");
    }

    @Test
    void a_second_cancellation_by_a_person_kills_and_a_redelivered_record_does_not() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);

        assertThat(yard.jobs.cancel(job, "ada", Kill.IF_ASKED_BEFORE)).isEqualTo(Cancellation.STOPPING);
        assertThat(yard.jobs.cancel(job, "ada", Kill.NEVER)).isEqualTo(Cancellation.STOPPING);
        assertThat(yard.attempt(attempt).killRequested()).isFalse();

        assertThat(yard.jobs.cancel(job, "bob", Kill.IF_ASKED_BEFORE)).isEqualTo(Cancellation.KILLING);
        assertThat(yard.jobs.cancel(job, "bob", Kill.IF_ASKED_BEFORE)).isEqualTo(Cancellation.KILLING);
        assertThat(yard.attempt(attempt).killRequested()).isTrue();
        assertThat(yard.events(job)).containsOnlyOnce("job.cancel-requested", "attempt.kill-requested");
    }

    @Test
    void with_force_one_cancel_kills() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);

        assertThat(yard.jobs.cancel(job, "ada", Kill.AT_ONCE)).isEqualTo(Cancellation.KILLING);

        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.CANCELLED);
        assertThat(yard.attempt(attempt).killRequested()).isTrue();
    }

    @Test
    void a_second_cancel_also_kills_an_attempt_that_is_being_stopped_for_another_reason() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);
        yard.attempts.stop(me, attempt, StopReason.TIME_LIMIT);

        yard.jobs.cancel(job, "ada", Kill.IF_ASKED_BEFORE);
        assertThat(yard.attempt(attempt).killRequested()).isFalse();
        yard.jobs.cancel(job, "ada", Kill.IF_ASKED_BEFORE);

        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.TIME_LIMIT);
        assertThat(yard.attempt(attempt).killRequested()).isTrue();
    }

    @Test
    void after_the_exit_nothing_is_killed_and_each_cancel_reduces_the_wanted_outputs() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);

        assertThat(yard.attempt(attempt).outputsWanted()).isEqualTo(Wanted.ALL);

        assertThat(yard.jobs.cancel(job, "ada", Kill.IF_ASKED_BEFORE)).isEqualTo(Cancellation.STOPPING);
        assertThat(yard.jobs.cancel(job, "ada", Kill.NEVER)).isEqualTo(Cancellation.STOPPING);
        assertThat(yard.attempt(attempt).outputsWanted()).isEqualTo(Wanted.NAMES);

        assertThat(yard.jobs.cancel(job, "ada", Kill.IF_ASKED_BEFORE)).isEqualTo(Cancellation.STOPPING);
        assertThat(yard.attempt(attempt).outputsWanted()).isEqualTo(Wanted.NOTHING);
    }

    @Test
    void outputs_of_a_killed_attempt_are_gathered_until_the_next_cancel() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);
        yard.jobs.cancel(job, "ada", Kill.AT_ONCE);
        yard.attempts.exited(me, attempt, Yard.EXIT_0);
        assertThat(yard.attempt(attempt).outputsWanted()).isEqualTo(Wanted.ALL);

        assertThat(yard.jobs.cancel(job, "ada", Kill.AT_ONCE)).isEqualTo(Cancellation.STOPPING);

        assertThat(yard.attempt(attempt).outputsWanted()).isEqualTo(Wanted.NOTHING);
    }

    @Test
    void the_grace_period_counts_from_the_first_signal_for_every_later_process() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);
        yard.jobs.cancel(job, "ada", Kill.NEVER);

        yard.attempts.signalled(me, attempt, Duration.ofMinutes(10));
        yard.update("update trainyard.attempt set kill_at = kill_at - interval '9 minutes'");
        yard.attempts.signalled(me, attempt, Duration.ofMinutes(10));

        assertThat(yard.attempt(attempt).graceLeft()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    }

    @Test
    void cancelling_an_unknown_job_twice_remembers_the_first() {
        ARequest request = ARequest.named("mnist");

        assertThat(yard.jobs.cancel(request.id(), "ada", Kill.NEVER)).isEqualTo(Cancellation.REMEMBERED);
        assertThat(yard.jobs.cancel(request.id(), "bob", Kill.NEVER)).isEqualTo(Cancellation.REMEMBERED);

        yard.submit(request);
        assertThat(yard.row(request.id())).containsEntry("cancel_requested_by", "ada");
    }

    @Test
    void cancelled_while_reserved_it_cannot_begin_and_fails() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).maxAttempts(3));
        AttemptId attempt = yard.place(job);

        assertThat(yard.jobs.cancel(job, "ada", Kill.NEVER)).isEqualTo(Cancellation.STOPPING);

        assertThat(yard.attempts.begin(me, attempt, "/srv/outputs")).isEqualTo(Outcome.STALE);
        assertThat(yard.attempts.failed(me, attempt, yard.end(Cause.CANCELLED, job)))
                .isEqualTo(Outcome.APPLIED);
        assertThat(yard.state(job)).isEqualTo("CANCELLED");
        assertThat(yard.held(attempt)).isEmpty();
    }

    @Test
    void cancelled_while_preparing_it_fails_and_its_job_is_not_retried_for_any_cause() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).maxAttempts(3));
        AttemptId attempt = yard.prepared(me, job);

        yard.jobs.cancel(job, "ada", Kill.NEVER);
        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.CANCELLED);
        yard.attempts.failed(me, attempt, yard.end(Cause.IMAGE_PULL_FAILED, job));

        assertThat(yard.state(job)).isEqualTo("CANCELLED");
        assertThat(yard.cause(attempt)).isEqualTo("IMAGE_PULL_FAILED");
    }

    @Test
    void cancelled_between_create_and_start_the_start_is_still_recorded_and_then_stopped() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.prepared(me, job);
        yard.attempts.created(me, attempt, "c0ffee", "ty-mnist");
        yard.jobs.cancel(job, "ada", Kill.NEVER);

        assertThat(yard.attempts.started(me, attempt, Yard.ENGINE_STARTED, List.of("train")))
                .isEqualTo(Outcome.APPLIED);

        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.CANCELLED);
        assertThat(yard.attempts.signalled(me, attempt, Duration.ofSeconds(10))).isEqualTo(Outcome.APPLIED);
    }

    @Test
    void cancelled_while_running_it_is_signalled_and_ends_cancelled() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(me, job);

        yard.jobs.cancel(job, "ada", Kill.NEVER);
        assertThat(yard.attempts.signalled(me, attempt, Duration.ofSeconds(10))).isEqualTo(Outcome.APPLIED);
        yard.attempts.exited(me, attempt, new AttemptStore.Exit(143, false, null, null, false, null, null, null));
        yard.attempts.ended(me, attempt, yard.end(Cause.CANCELLED, job));

        assertThat(yard.state(job)).isEqualTo("CANCELLED");
        assertThat(yard.cause(attempt)).isEqualTo("CANCELLED");
    }

    @Test
    void cancelled_while_collecting_the_attempt_keeps_its_end() {
        JobId failing = yard.submit(ARequest.named("failing").maxAttempts(3));
        AttemptId failed = yard.collecting(me, failing, Yard.EXIT_1);
        JobId completing = yard.submit(ARequest.named("completing"));
        AttemptId completed = yard.collecting(me, completing, Yard.EXIT_0);

        assertThat(yard.jobs.cancel(failing, "ada", Kill.NEVER)).isEqualTo(Cancellation.STOPPING);
        assertThat(yard.jobs.cancel(completing, "ada", Kill.NEVER)).isEqualTo(Cancellation.STOPPING);

        assertThat(yard.attempt(failed).stopReason()).isNull();
        yard.attempts.ended(me, failed, yard.end(Cause.PROGRAM_ERROR, failing));
        yard.attempts.ended(me, completed, yard.end(Cause.COMPLETED, completing));
        assertThat(yard.cause(failed)).isEqualTo("PROGRAM_ERROR");
        assertThat(yard.state(failing)).isEqualTo("CANCELLED");
        assertThat(yard.state(completing)).isEqualTo("SUCCEEDED");
    }

    @Test
    void a_cancelled_job_is_not_held_either() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);
        yard.jobs.hold(job, "let me look");
        yard.jobs.cancel(job, null, Kill.NEVER);

        yard.attempts.ended(me, attempt, yard.end(Cause.KILLED_EXTERNALLY, job));

        assertThat(yard.row(job)).containsEntry("state", "CANCELLED").containsEntry("hold_reason", null);
    }

    @Test
    void the_first_reason_to_stop_wins_over_a_cancel() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);
        yard.attempts.stop(me, attempt, StopReason.TIME_LIMIT);

        yard.jobs.cancel(job, "ada", Kill.NEVER);

        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.TIME_LIMIT);
        assertThat(yard.row(job)).doesNotContainEntry("cancel_requested_at", null);
    }

    // Waiting for the same lock, each decides from what the other has left -------------------------------------------

    @Test
    void a_begin_that_waited_for_a_cancel_sees_it() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.place(job);

        Outcome begin = yard.meanwhile(
                LOCK_JOB,
                "update trainyard.attempt set stop_reason = 'CANCELLED' where job_id = ?",
                job.value(),
                () -> yard.attempts.begin(me, attempt, "/srv/outputs"));

        assertThat(begin).isEqualTo(Outcome.STALE);
        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RESERVED);
    }

    @Test
    void a_cancel_that_waited_for_the_end_finds_the_job_ended() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist"));

        Cancellation cancel = yard.meanwhile(
                LOCK_JOB,
                "update trainyard.job set state = 'SUCCEEDED', ended_at = clock_timestamp() where id = ?",
                job.value(),
                () -> yard.jobs.cancel(job, "ada", Kill.NEVER));

        assertThat(cancel).isEqualTo(Cancellation.ALREADY_ENDED);
    }

    @Test
    void an_end_that_waited_for_a_cancel_queues_nothing() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist").maxAttempts(3));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);

        Outcome ended = yard.meanwhile(
                LOCK_JOB,
                "update trainyard.job set cancel_requested_at = clock_timestamp() where id = ?",
                job.value(),
                () -> yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job)));

        assertThat(ended).isEqualTo(Outcome.APPLIED);
        assertThat(yard.state(job)).isEqualTo("CANCELLED");
    }

    // Let loose at once, whoever wins --------------------------------------------------------------------------------

    @Test
    void simultaneous_cancel_and_begin_have_one_of_two_results() throws Exception {
        for (int round = 0; round < 10; round++) {
            JobId job = yard.submit(ARequest.named("mnist"));
            AttemptId attempt = yard.place(job);

            Outcome begin = atOnce(
                    () -> yard.jobs.cancel(job, "ada", Kill.NEVER),
                    () -> yard.attempts.begin(me, attempt, "/srv/outputs"));

            Attempt row = yard.attempt(attempt);
            assertThat(row.stopReason()).isEqualTo(StopReason.CANCELLED);
            assertThat(row.state())
                    .isEqualTo(begin == Outcome.APPLIED ? AttemptState.PREPARING : AttemptState.RESERVED);
            yard.attempts.failed(me, attempt, yard.end(Cause.CANCELLED, job));
            assertThat(yard.state(job)).isEqualTo("CANCELLED");
            assertThat(yard.events(job)).endsWith("attempt.ended", "job.ended");
        }
    }

    @Test
    void cancel_and_started_at_once_always_leave_a_running_attempt_that_is_to_be_stopped() throws Exception {
        for (int round = 0; round < 10; round++) {
            JobId job = yard.submit(ARequest.named("mnist"));
            AttemptId attempt = yard.prepared(me, job);
            yard.attempts.created(me, attempt, "c0ffee", "ty-mnist");

            Outcome started = atOnce(
                    () -> yard.jobs.cancel(job, "ada", Kill.NEVER),
                    () -> yard.attempts.started(me, attempt, Yard.ENGINE_STARTED, List.of()));

            assertThat(started).isEqualTo(Outcome.APPLIED);
            assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RUNNING);
            assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.CANCELLED);
            yard.attempts.exited(me, attempt, Yard.EXIT_1);
            yard.attempts.ended(me, attempt, yard.end(Cause.CANCELLED, job));
        }
    }

    @Test
    void cancel_and_ended_at_once_never_queue_the_job_after_the_cancel_was_accepted() throws Exception {
        for (int round = 0; round < 10; round++) {
            JobId job = yard.submit(ARequest.named("mnist").maxAttempts(2));
            AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);

            atOnce(
                    () -> yard.jobs.cancel(job, "ada", Kill.NEVER),
                    () -> yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job)));

            assertThat(yard.state(job)).isEqualTo("CANCELLED");
            yard.events(job);
        }
    }

    @Test
    void cancel_and_accept_at_once_never_leave_the_job_in_the_queue() throws Exception {
        for (int round = 0; round < 10; round++) {
            ARequest request = ARequest.named("mnist");

            atOnce(
                    () -> yard.jobs.cancel(request.id(), "ada", Kill.NEVER),
                    () -> yard.jobs.accept(List.of(request.incoming())));

            assertThat(yard.state(request.id())).isEqualTo("CANCELLED");
            yard.events(request.id());
        }
    }

    /** Runs both as nearly at once as two threads can; returns what the second came to. */
    private <T> T atOnce(Callable<?> one, Callable<T> other) throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        Future<?> first = yard.async(() -> {
            together.await();
            return one.call();
        });
        Future<T> second = yard.async(() -> {
            together.await();
            return other.call();
        });
        first.get();
        return second.get();
    }
}
