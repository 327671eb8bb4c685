package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.request.JobId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LostHostsTest {

    private final Yard yard = new Yard();
    /** As the server has it, through which an operator speaks: a worker may not forget. */
    private final Database server = Database.connect(yard.url, Role.SERVER, 1);

    private final LostHosts servers = new LostHosts(server);
    private final AWorker worker = AWorker.named("gpu-1").gpus(2);
    private Incarnation me;

    @BeforeEach
    void host() {
        me = yard.register(worker);
        yard.plans.observe();
    }

    @AfterEach
    void close() {
        server.close();
        yard.close();
    }

    // expire ----------------------------------------------------------------------------------------------------------

    @Test
    void a_host_that_is_silent_for_five_minutes_is_lost_and_its_training_waits_in_its_old_place() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).outputsAt("/logs/run-7"));
        AttemptId attempt = yard.running(me, job);

        loseHost();

        assertThat(hostState()).isEqualTo("LOST");
        assertThat(yard.cause(attempt)).isEqualTo("HOST_LOST");
        assertThat(yard.attempt(attempt).lost())
                .isEqualTo(new Attempt.Lost(AttemptState.RUNNING, JobState.QUEUED, true));
        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry("retries_spent", 0)
                .containsEntry("free_in_a_row", 0)
                .containsEntry("last_cause", "HOST_LOST");
        assertThat(yard.events(job)).endsWith("attempt.ended", "job.queued");
        assertThat(yard.texts("select type from trainyard.host_event order by at"))
                .endsWith("worker.lost");
    }

    @Test
    void an_attempt_that_may_still_run_keeps_its_reservations_and_one_that_was_only_reserved_releases_them() {
        AttemptId running = yard.running(me, yard.submit(ARequest.named("runs").gpus(1)));
        AttemptId reserved = yard.place(yard.submit(ARequest.named("reserved")));

        loseHost();

        assertThat(yard.held(running)).contains("DEVICE gpu-1-gpu-0");
        assertThat(yard.held(reserved)).isEmpty();
        assertThat(yard.cause(reserved)).isEqualTo("HOST_LOST");
        assertThat(yard.attempt(reserved).lost()).isNull();
    }

    @Test
    void no_host_is_lost_before_five_minutes_are_over() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        silence("295 seconds");

        yard.plans.observe();

        assertThat(hostState()).isEqualTo("SUSPECT");
        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RUNNING);
    }

    @Test
    void the_installation_sets_how_long_a_host_may_be_silent() {
        yard.update("update trainyard.installation set host_lost_after = '10 minutes'");
        silence("9 minutes");
        yard.plans.observe();
        assertThat(hostState()).isEqualTo("SUSPECT");

        silence("11 minutes");
        yard.plans.observe();
        assertThat(hostState()).isEqualTo("LOST");
    }

    @Test
    void silence_before_planners_watched_counts_for_nothing_so_that_an_outage_of_the_database_loses_no_host() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        yard.silence(me, "1 day");
        yard.update("update trainyard.installation set last_cycle = clock_timestamp() - interval '1 day'");

        yard.plans.observe();
        yard.plans.observe();

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RUNNING);
        assertThat(hostState()).isEqualTo("SUSPECT");
    }

    @Test
    void an_exit_that_was_recorded_is_not_lost_with_the_host() {
        AttemptId attempt = yard.collecting(me, yard.submit(ARequest.named("mnist")), Yard.EXIT_0);

        loseHost();

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.COLLECTING);
    }

    @Test
    void an_earlier_cancellation_remains_valid() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(me, job);
        yard.jobs.cancel(job, "ada", JobStore.Kill.NEVER);

        loseHost();

        assertThat(yard.state(job)).isEqualTo("CANCELLED");
        assertThat(yard.cause(attempt)).isEqualTo("HOST_LOST");
        assertThat(yard.held(attempt)).isNotEmpty();
    }

    @Test
    void a_hold_that_was_asked_for_before_holds_the_job() {
        JobId job = yard.submit(ARequest.named("mnist"));
        yard.running(me, job);
        yard.jobs.hold(job, "ada: wait");

        loseHost();

        assertThat(yard.state(job)).isEqualTo("HELD");
    }

    @Test
    void of_many_hosts_that_fall_silent_at_once_a_tenth_is_lost_a_minute_and_the_operator_hears_of_the_others() {
        List<Incarnation> others = new ArrayList<>();
        for (int i = 2; i <= 20; i++) {
            others.add(yard.register(AWorker.named("gpu-" + i)));
        }
        others.forEach(other -> yard.silence(other, "6 minutes"));
        silence("6 minutes");

        yard.plans.observe();
        yard.plans.observe();

        assertThat(yard.text("select count(*)::text from history.workers where state = 'LOST'"))
                .isEqualTo("2");
        assertThat(yard.text("select count(*)::text from trainyard.host_event where type = 'worker.loss-withheld'"))
                .isEqualTo("18");

        yard.update("update trainyard.worker set lost_at = lost_at - interval '61 seconds'");
        yard.plans.observe();
        assertThat(yard.text("select count(*)::text from history.workers where state = 'LOST'"))
                .isEqualTo("4");
    }

    @Test
    void a_stopped_worker_that_stays_away_is_lost_only_if_trainings_run_there() {
        Incarnation idle = yard.register(AWorker.named("gpu-2"));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        yard.running(me, job);
        yard.workers.stopped(me);
        yard.workers.stopped(idle);
        yard.silence(idle, "6 minutes");

        loseHost();

        assertThat(yard.texts("select state from history.workers order by name"))
                .containsExactly("LOST", "STOPPED");
        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void a_lost_host_gets_no_work_and_another_takes_its_job() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId first = yard.running(me, job);
        loseHost();
        assertThat(yard.plan().placed()).isZero();

        yard.register(AWorker.named("gpu-2").gpus(1));

        AttemptId second = yard.place(job);
        assertThat(yard.held(first)).contains("DEVICE gpu-1-gpu-0");
        assertThat(yard.held(second)).contains("DEVICE gpu-2-gpu-0");
    }

    // reinstate -------------------------------------------------------------------------------------------------------

    @Test
    void a_host_that_is_back_in_time_takes_its_training_back_and_nothing_is_spent() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(me, job);
        loseHost();
        renew();

        assertThat(yard.attempts.unfinishedOf(me.worker()))
                .extracting(Attempt::id)
                .containsExactly(attempt);
        assertThat(yard.lostHosts.reinstate(me, attempt, true)).isEqualTo(Outcome.APPLIED);

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RUNNING);
        assertThat(yard.cause(attempt)).isNull();
        assertThat(yard.row(job))
                .containsEntry("state", "RUNNING")
                .containsEntry("retries_spent", 0)
                .containsEntry("not_before", null)
                .containsEntry("last_cause", null);
        assertThat(yard.events(job)).endsWith("job.queued", "attempt.reinstated");
        yard.attempts.exited(me, attempt, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));
        assertThat(yard.state(job)).isEqualTo("SUCCEEDED");
        assertThat(yard.held(attempt)).isEmpty();
    }

    @Test
    void reinstating_twice_is_reinstating_once() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);
        loseHost();
        renew();

        yard.lostHosts.reinstate(me, attempt, true);

        assertThat(yard.lostHosts.reinstate(me, attempt, true)).isEqualTo(Outcome.APPLIED);
        assertThat(yard.events(job)).containsOnlyOnce("attempt.reinstated");
    }

    @Test
    void a_reinstated_preparation_gets_a_new_deadline() throws Exception {
        AttemptId attempt = yard.prepared(me, yard.submit(ARequest.named("mnist")));
        yard.ago(attempt, "59 minutes");
        loseHost();
        renew();

        yard.lostHosts.reinstate(me, attempt, false);
        yard.ago(attempt, "59 minutes");
        yard.plans.observe();

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.PREPARING);
        assertThat(yard.attempt(attempt).stopReason()).isNull();
    }

    @Test
    void a_host_whose_lease_is_not_renewed_reinstates_nothing() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        loseHost();

        assertThat(yard.lostHosts.reinstate(me, attempt, true)).isEqualTo(Outcome.STALE);
    }

    @Test
    void an_attempt_with_a_newer_one_is_not_reinstated() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId first = yard.running(me, job);
        loseHost();
        yard.register(AWorker.named("gpu-2").gpus(1));
        yard.place(job);
        renew();

        assertThat(yard.lostHosts.reinstate(me, first, true)).isEqualTo(Outcome.STALE);
        assertThat(yard.attempt(first).lost())
                .isEqualTo(new Attempt.Lost(AttemptState.RUNNING, JobState.RUNNING, false));
    }

    @Test
    void a_newer_attempt_that_has_failed_also_prevents_it() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).maxAttempts(3));
        AttemptId first = yard.running(me, job);
        loseHost();
        Incarnation other = yard.register(AWorker.named("gpu-2").gpus(1));
        AttemptId second = yard.place(job);
        yard.attempts.begin(other, second, "/srv/outputs");
        yard.attempts.failed(other, second, yard.end(Cause.IMAGE_PULL_FAILED, job));
        assertThat(yard.state(job)).isEqualTo("QUEUED");
        renew();

        assertThat(yard.lostHosts.reinstate(me, first, true)).isEqualTo(Outcome.STALE);
    }

    @Test
    void a_job_that_was_cancelled_in_the_meantime_remains_cancelled() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);
        loseHost();
        yard.jobs.cancel(job, "ada", JobStore.Kill.NEVER);
        renew();

        assertThat(yard.lostHosts.reinstate(me, attempt, true)).isEqualTo(Outcome.STALE);
        assertThat(yard.state(job)).isEqualTo("CANCELLED");
    }

    @Test
    void a_held_job_goes_on_where_it_ran_and_is_held_when_it_would_be_queued_again() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist").maxAttempts(2));
        AttemptId attempt = yard.running(me, job);
        loseHost();
        yard.jobs.hold(job, "ada: wait");
        renew();

        assertThat(yard.lostHosts.reinstate(me, attempt, true)).isEqualTo(Outcome.APPLIED);

        yard.attempts.exited(me, attempt, Yard.EXIT_1);
        yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job));
        assertThat(yard.row(job)).containsEntry("state", "HELD").containsEntry("hold_reason", "ada: wait");
    }

    @Test
    void a_held_job_whose_container_never_started_is_not_started_now() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.prepared(me, job);
        loseHost();
        yard.jobs.hold(job, "ada: wait");
        renew();

        assertThat(yard.lostHosts.reinstate(me, attempt, false)).isEqualTo(Outcome.STALE);
        assertThat(yard.lostHosts.superseded(me, attempt, false)).isEqualTo(Outcome.APPLIED);
        assertThat(yard.held(attempt)).isEmpty();
        assertThat(yard.state(job)).isEqualTo("HELD");
    }

    // superseded ------------------------------------------------------------------------------------------------------

    @Test
    void a_replaced_attempt_releases_its_reservations_once_its_container_is_dead() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId first = yard.running(me, job);
        loseHost();
        yard.register(AWorker.named("gpu-2").gpus(1));
        AttemptId second = yard.place(job);
        renew();

        assertThat(yard.lostHosts.superseded(me, first, true)).isEqualTo(Outcome.APPLIED);
        assertThat(yard.lostHosts.superseded(me, first, true)).isEqualTo(Outcome.APPLIED);

        assertThat(yard.held(first)).isEmpty();
        assertThat(yard.held(second)).isNotEmpty();
        assertThat(yard.attempt(first).lost()).isNull();
        assertThat(yard.attempts.unfinishedOf(me.worker())).isEmpty();
        assertThat(yard.events(job)).containsOnlyOnce("attempt.superseded");
    }

    @Test
    void a_training_that_nothing_has_replaced_is_never_given_up() throws Exception {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist").gpus(1)));
        loseHost();
        renew();

        assertThat(yard.lostHosts.superseded(me, attempt, true)).isEqualTo(Outcome.STALE);
        assertThat(yard.held(attempt)).isNotEmpty();
    }

    @Test
    void an_attempt_that_was_taken_back_is_not_given_up() throws Exception {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist").gpus(1)));
        loseHost();
        renew();
        yard.lostHosts.reinstate(me, attempt, true);

        assertThat(yard.lostHosts.superseded(me, attempt, false)).isEqualTo(Outcome.STALE);
        assertThat(yard.held(attempt)).isNotEmpty();
    }

    @Test
    void a_former_incarnation_settles_nothing() throws Exception {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        loseHost();
        yard.register(worker);

        assertThatThrownBy(() -> yard.lostHosts.reinstate(me, attempt, true)).isInstanceOf(Replaced.class);
        assertThatThrownBy(() -> yard.lostHosts.superseded(me, attempt, true)).isInstanceOf(Replaced.class);
    }

    // returned --------------------------------------------------------------------------------------------------------

    @Test
    void a_host_that_is_back_gets_work_once_everything_that_was_lost_is_settled() throws Exception {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist").gpus(1)));
        loseHost();

        Incarnation again = yard.register(worker);
        yard.lostHosts.returned(again);
        assertThat(hostState()).isEqualTo("LOST");

        yard.lostHosts.reinstate(again, attempt, true);
        yard.lostHosts.returned(again);
        assertThat(hostState()).isEqualTo("ACTIVE");
        assertThat(yard.texts("select type from trainyard.host_event order by at"))
                .endsWith("worker.returned");
    }

    @Test
    void a_host_that_was_lost_without_trainings_is_back_when_it_is_heard_of() throws Exception {
        loseHost();
        yard.lostHosts.returned(me);
        assertThat(hostState()).isEqualTo("LOST");

        renew();
        yard.lostHosts.returned(me);

        assertThat(hostState()).isEqualTo("ACTIVE");
    }

    // forget ----------------------------------------------------------------------------------------------------------

    @Test
    void a_lost_host_that_is_declared_dead_frees_everything_and_can_never_come_back() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(me, job);
        loseHost();

        assertThat(servers.forget("gpu-1", "ada")).isEqualTo(new LostHosts.Forgotten(me.worker(), "gpu-1"));

        assertThat(hostState()).isEqualTo("FORGOTTEN");
        assertThat(yard.texts("select device from history.gpus")).isEmpty();
        assertThat(yard.held(attempt)).isEmpty();
        assertThat(yard.state(job)).isEqualTo("QUEUED");
        assertThatThrownBy(() -> yard.attempts.exited(me, attempt, Yard.EXIT_0)).isInstanceOf(Replaced.class);
        assertThatThrownBy(() -> yard.lostHosts.reinstate(me, attempt, true)).isInstanceOf(Replaced.class);
        assertThatThrownBy(this::renew).isInstanceOf(Replaced.class);
        assertThatThrownBy(() -> yard.register(worker)).isInstanceOf(WorkerStore.RegistrationRefused.class);
    }

    @Test
    void a_collecting_attempt_of_a_dead_host_ends_by_its_recorded_exit_with_incomplete_outputs() {
        JobId done = yard.submit(ARequest.named("done"));
        AttemptId attempt = yard.collecting(me, done, Yard.EXIT_0);
        loseHost();

        servers.forget("gpu-1", null);

        assertThat(yard.row(attempt)).containsEntry("cause", "COMPLETED").containsEntry("outputs_state", "INCOMPLETE");
        assertThat(yard.state(done)).isEqualTo("SUCCEEDED");
    }

    @Test
    void a_stopped_worker_can_be_forgotten_at_once_and_its_running_jobs_are_queued_again() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(me, job);
        yard.workers.stopped(me);

        assertThat(servers.forget(me.worker().toString(), "ada")).isInstanceOf(LostHosts.Forgotten.class);

        assertThat(yard.cause(attempt)).isEqualTo("HOST_LOST");
        assertThat(yard.held(attempt)).isEmpty();
        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void a_host_that_is_not_lost_is_not_forgotten() throws Exception {
        assertThat(servers.forget("gpu-1", "ada"))
                .isInstanceOfSatisfying(
                        LostHosts.StillThere.class,
                        there -> assertThat(there.name()).isEqualTo("gpu-1"));
        loseHost();
        renew();
        assertThat(servers.forget("gpu-1", "ada")).isInstanceOf(LostHosts.StillThere.class);
        assertThat(servers.forget("gpu-9", "ada")).isInstanceOf(LostHosts.UnknownWorker.class);
        assertThat(servers.forget(UUID.randomUUID().toString(), "ada")).isInstanceOf(LostHosts.UnknownWorker.class);
    }

    @Test
    void a_device_of_a_forgotten_host_may_be_offered_by_another_worker() {
        loseHost();
        servers.forget("gpu-1", "ada");

        assertThat(yard.workers
                        .register(
                                AWorker.named("gpu-1b")
                                        .device("gpu-1-gpu-0", 0, "GPU")
                                        .registration(),
                                (pid, at) -> false)
                        .refusedDevices())
                .isEmpty();
    }

    @Test
    void a_host_that_hangs_in_a_transaction_does_not_delay_the_loss_of_others() throws Exception {
        Incarnation frozen = yard.register(AWorker.named("gpu-2"));
        yard.silence(frozen, "7 minutes");
        try (Connection transaction = yard.database.dedicatedConnection();
                Statement statement = transaction.createStatement()) {
            transaction.setAutoCommit(false);
            statement.execute("select from trainyard.worker where name = 'gpu-2' for key share");
            loseHost();

            assertThat(yard.texts("select name || ' ' || state from trainyard.worker order by 1"))
                    .containsExactly("gpu-1 LOST", "gpu-2 ACTIVE");
            // Closing does not wait for the server: it may hold the lock a little longer.
            transaction.rollback();
        }

        yard.update("update trainyard.worker set lost_at = lost_at - interval '1 minute'");
        yard.plans.observe();

        assertThat(yard.texts("select name || ' ' || state from trainyard.worker order by 1"))
                .containsExactly("gpu-1 LOST", "gpu-2 LOST");
    }

    @Test
    void the_database_ends_the_transaction_of_a_process_that_hangs() {
        assertThat(List.of(yard.database, server))
                .allSatisfy(database -> assertThat(database.sql()
                                .sql("show idle_in_transaction_session_timeout")
                                .query(String.class)
                                .single())
                        .isEqualTo("30s"));
    }

    @Test
    void a_lease_does_not_wait_for_a_database_that_is_silent() throws Exception {
        try (WorkerStore.Lease lease = yard.workers.lease(me);
                Connection transaction = yard.database.dedicatedConnection();
                Statement statement = transaction.createStatement()) {
            lease.renew();
            transaction.setAutoCommit(false);
            statement.execute("select from trainyard.worker_lease for update");
            assertThatThrownBy(lease::renew).isInstanceOf(SQLException.class);
            transaction.rollback();

            lease.renew();
        }
    }

    private void loseHost() {
        silence("6 minutes");
        yard.plans.observe();
    }

    /** Of the host, while planners watch. */
    private void silence(String interval) {
        yard.update(
                "update trainyard.installation set serving_since = clock_timestamp() - interval '1 day', last_cycle = clock_timestamp()");
        yard.silence(me, interval);
    }

    private void renew() throws Exception {
        try (WorkerStore.Lease lease = yard.workers.lease(me)) {
            lease.renew();
        }
    }

    private String hostState() {
        return yard.text("select state from history.workers where name = 'gpu-1'");
    }
}
