package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.JobId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A host refuses a job for a reason of its own: another one gets it, and it is over only when none is left. */
class RefusedJobsTest {

    private final Yard yard = new Yard();
    private final AWorker strict = AWorker.named("gpu-1").gpus(2);
    private final AWorker other = AWorker.named("gpu-2").gpus(1);

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void it_goes_to_another_host_at_once_and_costs_nothing() {
        Incarnation first = yard.register(strict);
        Incarnation second = yard.register(other);
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));

        refuse(first, yard.place(job));
        AttemptId attempt = yard.place(job);

        assertThat(yard.workerOf(attempt)).isEqualTo(second.worker());
        assertThat(yard.row(job)).containsEntry("retries_spent", 0).containsEntry("free_in_a_row", 0);
    }

    @Test
    void it_waits_for_the_other_host_if_that_is_full() {
        Incarnation first = yard.register(strict);
        yard.register(other);
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.place(job);
        yard.submit(ARequest.named("long").gpus(1));
        yard.submit(ARequest.named("long").gpus(1));
        yard.plan();

        refuse(first, attempt);
        yard.plan();

        assertThat(yard.workerOf(attempt)).isEqualTo(first.worker());
        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry(
                        "waiting_because", "waiting for gpu-2: all 1 run slots are in use; gpu-1: has refused it");
    }

    @Test
    void it_is_over_when_every_host_has_refused_it_and_each_ones_reason_is_told() {
        Incarnation first = yard.register(strict);
        Incarnation second = yard.register(other);
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).maxAttempts(5));

        refuse(first, yard.place(job));
        refuse(second, yard.place(job));
        yard.plan();

        assertThat(yard.state(job)).isEqualTo("FAILED");
        assertThat(yard.events(job)).endsWith("attempt.ended", "job.queued", "job.ended");
        assertThat(new History(yard.database).job(job).orElseThrow().refusals())
                .isEqualTo("gpu-1: POLICY_DENIED, because; gpu-2: POLICY_DENIED, because");
    }

    @Test
    void one_host_alone_ends_it_with_the_next_plan() {
        Incarnation only = yard.register(strict);
        JobId job = yard.submit(ARequest.named("mnist"));

        refuse(only, yard.place(job));
        yard.plan();

        assertThat(yard.state(job)).isEqualTo("FAILED");
        assertThat(new History(yard.database).job(job).orElseThrow().refusals()).isNull();
    }

    @Test
    void it_waits_for_a_host_that_was_heard_of_lately_and_not_for_one_that_is_long_gone() {
        Incarnation first = yard.register(strict);
        Incarnation second = yard.register(other);
        yard.silence(second, "2 minutes");
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        refuse(first, yard.place(job));

        yard.plan();
        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry("waiting_because", "waiting for gpu-2 to take new work again; gpu-1: has refused it");

        yard.silence(second, "16 minutes");
        yard.plan();
        assertThat(yard.state(job)).isEqualTo("FAILED");
    }

    @Test
    void it_waits_a_minute_for_a_host_that_stopped_politely_and_so_may_be_restarting() {
        Incarnation first = yard.register(strict);
        Incarnation second = yard.register(other);
        yard.workers.stopped(second);
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        refuse(first, yard.place(job));

        yard.plan();
        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry("waiting_because", "waiting for gpu-2 to take new work again; gpu-1: has refused it");

        yard.silence(second, "61 seconds");
        yard.plan();
        assertThat(yard.state(job)).isEqualTo("FAILED");
    }

    @Test
    void it_does_not_wait_for_a_host_that_drains() {
        Incarnation first = yard.register(strict);
        yard.workers.draining(yard.register(other));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));

        refuse(first, yard.place(job));
        yard.plan();

        assertThat(yard.state(job)).isEqualTo("FAILED");
    }

    @Test
    void a_restarted_worker_gets_the_job_again_because_its_policy_may_have_changed() {
        Incarnation before = yard.register(strict);
        yard.register(other);
        yard.update("update trainyard.worker set unfit_because = 'its disk is full' where name = 'gpu-2'");
        JobId job = yard.submit(ARequest.named("mnist").gpus(2));
        refuse(before, yard.place(job));

        yard.register(strict);

        assertThat(yard.workerOf(yard.place(job))).isEqualTo(before.worker());
    }

    @Test
    void a_release_asks_every_host_again() {
        Incarnation first = yard.register(strict);
        yard.register(other);
        yard.update("update trainyard.worker set unfit_because = 'its disk is full' where name = 'gpu-2'");
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        refuse(first, yard.place(job));
        yard.jobs.hold(job, "let me look");

        yard.jobs.release(job);

        assertThat(yard.workerOf(yard.place(job))).isEqualTo(first.worker());
    }

    private void refuse(Incarnation me, AttemptId attempt) {
        AttemptStore.End refusal = new AttemptStore.End(
                Cause.POLICY_DENIED,
                "because",
                null,
                counters -> Retry.refused(Cause.POLICY_DENIED, RetryPolicy.DEFAULT, counters, 0.5));
        assertThat(yard.attempts.failed(me, attempt, refusal)).isEqualTo(Outcome.APPLIED);
    }
}
