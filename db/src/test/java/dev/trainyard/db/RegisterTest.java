package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.WorkerStore.RegistrationRefused;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegisterTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void a_new_worker_is_active_and_learns_its_installation() {
        WorkerStore.Registered registered =
                yard.workers.register(AWorker.named("gpu-1").gpus(2).registration(), (pid, at) -> false);

        assertThat(registered.refusedDevices()).isEmpty();
        assertThat(yard.workers.installation())
                .isEqualTo(yard.sql("select id from trainyard.installation")
                        .query(UUID.class)
                        .single());
        assertThat(yard.sql("select name, state, host from history.workers")
                        .query()
                        .singleRow())
                .containsEntry("name", "gpu-1")
                .containsEntry("state", "ACTIVE")
                .containsEntry("host", "gpu-1.example");
        assertThat(yard.text("select type from trainyard.host_event")).isEqualTo("worker.registered");
    }

    @Test
    void all_workers_of_a_host_know_the_folders_and_writers_of_each_other() {
        Incarnation me = yard.register(AWorker.named("gpu-1").boot("here"));
        Incarnation neighbour =
                yard.register(AWorker.named("gpu-2").boot("here").engine("engine-2"));
        yard.register(AWorker.named("gpu-3").boot("there").engine("engine-3"));
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));

        HostUse use = yard.workers.hostUse(neighbour);

        assertThat(use.folders()).containsExactlyInAnyOrder("/srv/state", "/srv/outputs");
        assertThat(use.writers()).singleElement().satisfies(writer -> {
            assertThat(writer.attempt()).isEqualTo(attempt);
            assertThat(use.isWritten(writer.job(), 1)).isTrue();
            assertThat(use.isWritten(writer.job(), 2)).isFalse();
        });
        assertThat(yard.workers
                        .hostUse(yard.register(
                                AWorker.named("gpu-4").boot("there").engine("engine-4")))
                        .writers())
                .isEmpty();
    }

    // Who may be this worker ------------------------------------------------------------------------------------------

    @Test
    void with_the_same_boot_and_lock_file_the_predecessor_is_dead_and_the_worker_is_back_at_once() {
        AWorker worker = AWorker.named("gpu-1");
        Incarnation first = yard.register(worker);

        Incarnation second =
                yard.workers.register(worker.registration(), (pid, at) -> true).me();

        assertThat(second.worker()).isEqualTo(first.worker());
        assertThat(second.id()).isNotEqualTo(first.id());
    }

    @Test
    void a_copied_state_directory_is_refused_while_the_process_of_the_original_lives_however_silent() {
        AWorker worker = AWorker.named("gpu-1");
        Incarnation original = yard.register(worker);
        yard.silence(original, "1 year");

        assertThatThrownBy(() -> yard.workers.register(worker.lockInode(8).registration(), (pid, at) -> pid == 4711))
                .isInstanceOf(RegistrationRefused.class)
                .hasMessageContaining("4711")
                .hasMessageContaining("state directory");
        assertThatCode(() -> new AttemptStore(yard.database).unfinishedOf(original.worker()))
                .doesNotThrowAnyException();
    }

    @Test
    void a_moved_state_directory_is_accepted_at_once_when_the_process_is_gone() {
        AWorker worker = AWorker.named("gpu-1");
        yard.register(worker);

        assertThatCode(() -> yard.register(worker.lockInode(8))).doesNotThrowAnyException();
    }

    @Test
    void another_process_with_the_same_pid_is_not_the_predecessor() {
        AWorker worker = AWorker.named("gpu-1");
        yard.register(worker);
        Instant[] asked = new Instant[1];

        yard.workers.register(worker.lockInode(8).registration(), (pid, startedAt) -> {
            asked[0] = startedAt;
            return false;
        });

        assertThat(asked[0]).isEqualTo(AWorker.PROCESS_STARTED);
    }

    @Test
    void after_a_reboot_the_worker_is_refused_while_its_lease_is_fresh_and_accepted_after_30_seconds_of_silence() {
        AWorker worker = AWorker.named("gpu-1");
        Incarnation first = yard.register(worker);

        assertThatThrownBy(() -> yard.register(worker.boot("boot-2")))
                .isInstanceOf(RegistrationRefused.class)
                .hasMessageContaining("another boot");

        yard.silence(first, "31 seconds");
        assertThatCode(() -> yard.register(worker.boot("boot-2"))).doesNotThrowAnyException();
    }

    @Test
    void a_reboot_asks_for_no_process_of_the_boot_before() {
        AWorker worker = AWorker.named("gpu-1");
        yard.silence(yard.register(worker), "31 seconds");

        assertThatCode(() -> yard.workers.register(worker.boot("boot-2").registration(), (pid, at) -> true))
                .doesNotThrowAnyException();
    }

    @Test
    void another_engine_is_refused_however_silent_with_the_way_out() {
        AWorker worker = AWorker.named("gpu-1");
        yard.silence(yard.register(worker), "1 year");

        assertThatThrownBy(() -> yard.register(worker.engine("engine-2")))
                .isInstanceOf(RegistrationRefused.class)
                .hasMessageContaining("engine-1")
                .hasMessageContaining("engine-2")
                .hasMessageContaining("trainyard workers forget gpu-1");
    }

    @Test
    void a_forgotten_worker_stays_forgotten() {
        AWorker worker = AWorker.named("gpu-1");
        yard.register(worker);
        yard.update("update trainyard.worker set state = 'FORGOTTEN'");

        assertThatThrownBy(() -> yard.register(worker))
                .isInstanceOf(RegistrationRefused.class)
                .hasMessageContaining("state directory");
    }

    @Test
    void a_lost_worker_that_returns_is_active() {
        AWorker worker = AWorker.named("gpu-1");
        yard.register(worker);
        yard.update("update trainyard.worker set state = 'LOST'");

        yard.register(worker);

        assertThat(yard.text("select state from trainyard.worker")).isEqualTo("ACTIVE");
    }

    @Test
    void a_name_is_taken_while_its_worker_lives_and_free_after_30_seconds_of_silence() {
        Incarnation first = yard.register(AWorker.named("gpu-1"));

        assertThatThrownBy(() -> yard.register(AWorker.named("gpu-1")))
                .isInstanceOf(RegistrationRefused.class)
                .hasMessageContaining("gpu-1.example")
                .hasMessageContaining("--name");

        yard.silence(first, "31 seconds");
        assertThatCode(() -> yard.register(AWorker.named("gpu-1"))).doesNotThrowAnyException();
    }

    @Test
    void a_name_that_two_live_workers_have_come_to_share_is_refused_to_a_third() throws Exception {
        Incarnation first = yard.register(AWorker.named("gpu-1"));
        yard.silence(first, "31 seconds");
        yard.register(AWorker.named("gpu-1"));
        try (WorkerStore.Lease lease = yard.workers.lease(first)) {
            lease.renew();
        }

        assertThatThrownBy(() -> yard.register(AWorker.named("gpu-1"))).isInstanceOf(RegistrationRefused.class);
    }

    @Test
    void of_two_simultaneous_registrations_the_second_sees_the_result_of_the_first() throws Exception {
        AWorker worker = AWorker.named("gpu-1");
        Incarnation known = yard.register(worker);
        yard.silence(known, "31 seconds");

        Future<?> register = yard.meanwhile(
                "select id from trainyard.worker where id = ? for update",
                "update trainyard.worker_lease set renewed_at = clock_timestamp() where worker_id = ?",
                known.worker().value(),
                () -> {
                    try {
                        return CompletableFuture.completedFuture(yard.register(worker.boot("boot-2")));
                    } catch (RegistrationRefused e) {
                        return CompletableFuture.failedFuture(e);
                    }
                });

        assertThatThrownBy(register::get).hasCauseInstanceOf(RegistrationRefused.class);
    }

    // What the former incarnation may still do: nothing --------------------------------------------------------------

    @Test
    void every_transition_of_a_former_incarnation_is_refused_as_replaced() {
        AWorker worker = AWorker.named("gpu-1");
        Incarnation former = yard.register(worker);
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.place(job);

        yard.register(worker);

        AttemptStore attempts = yard.attempts;
        List<Runnable> transitions = List.of(
                () -> yard.workers.unfit(former, "its disk is full"),
                () -> attempts.begin(former, attempt, "/srv/outputs"),
                () -> attempts.imaged(former, attempt, "sha256:1111"),
                () -> attempts.created(former, attempt, "c0ffee", "ty-mnist"),
                () -> attempts.started(former, attempt, Yard.ENGINE_STARTED, List.of()),
                () -> attempts.stop(former, attempt, StopReason.TIME_LIMIT),
                () -> attempts.signalled(former, attempt, Duration.ofSeconds(10)),
                () -> attempts.exited(former, attempt, Yard.EXIT_0),
                () -> attempts.ended(former, attempt, yard.end(Cause.COMPLETED, job)),
                () -> attempts.failed(former, attempt, yard.end(Cause.START_FAILED, job)));
        for (Runnable transition : transitions) {
            assertThatThrownBy(transition::run)
                    .isInstanceOf(Replaced.class)
                    .hasMessageContaining(former.id().toString());
        }
        assertThat(yard.row(attempt)).containsEntry("state", "RESERVED").containsEntry("stop_reason", null);
    }

    @Test
    void a_restarted_worker_goes_on_with_its_attempts_from_where_they_are() {
        AWorker worker = AWorker.named("gpu-1").gpus(1);
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(yard.register(worker), job);

        Incarnation again = yard.register(worker);

        assertThat(yard.attempts.unfinishedOf(again.worker()))
                .extracting(Attempt::id)
                .containsExactly(attempt);
        assertThat(yard.held(attempt)).contains("DEVICE gpu-1-gpu-0");
        yard.attempts.exited(again, attempt, Yard.EXIT_0);
        yard.attempts.ended(again, attempt, yard.end(Cause.COMPLETED, job));
        assertThat(yard.row(job)).containsEntry("state", "SUCCEEDED").containsEntry("retries_spent", 0);
    }

    @Test
    void a_transition_that_waited_for_a_registration_is_replaced_by_it() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        AttemptId attempt = yard.place(yard.submit(ARequest.named("mnist")));

        boolean replaced = yard.meanwhile(
                "select id from trainyard.worker where id = ? for update",
                "update trainyard.worker set incarnation = gen_random_uuid() where id = ?",
                me.worker().value(),
                () -> {
                    try {
                        yard.attempts.begin(me, attempt, "/srv/outputs");
                        return false;
                    } catch (Replaced e) {
                        return true;
                    }
                });

        assertThat(replaced).isTrue();
    }

    // The lease -------------------------------------------------------------------------------------------------------

    @Test
    void renewing_moves_the_lease() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        yard.silence(me, "1 hour");

        try (WorkerStore.Lease lease = yard.workers.lease(me)) {
            lease.renew();
            lease.renew();
        }

        assertThat(yard.sql("select clock_timestamp() - last_seen_at < interval '30 minutes' from history.workers")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void a_former_incarnation_learns_at_its_next_renewal_that_it_was_replaced() throws Exception {
        AWorker worker = AWorker.named("gpu-1");
        Incarnation former = yard.register(worker);
        yard.register(worker);

        try (WorkerStore.Lease lease = yard.workers.lease(former)) {
            assertThatThrownBy(lease::renew).isInstanceOf(Replaced.class);
        }
    }

    @Test
    void renewing_waits_neither_for_a_locked_worker_nor_for_the_pool() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        try (Connection other = DriverManager.getConnection(
                        TestPostgres.asSuperuser(yard.url).jdbc(), "postgres", "");
                WorkerStore.Lease lease = yard.workers.lease(me)) {
            other.setAutoCommit(false);
            try (var lock = other.createStatement()) {
                lock.execute("select id from trainyard.worker for update");
            }

            lease.renew();
            other.rollback();
        }
    }

    @Test
    void after_a_broken_connection_the_next_renewal_reconnects() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        try (WorkerStore.Lease lease = yard.workers.lease(me)) {
            lease.renew();
            yard.sql(
                            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trainyard dedicated'")
                    .query()
                    .listOfRows();

            assertThatThrownBy(lease::renew).isInstanceOf(SQLException.class);
            lease.renew();
        }
    }

    // Devices ---------------------------------------------------------------------------------------------------------

    @Test
    void a_second_worker_of_the_host_runs_without_the_devices_of_the_first_and_says_so() {
        yard.register(AWorker.named("first").device("GPU-a", 0, "GPU"));

        WorkerStore.Registered second = yard.workers.register(
                AWorker.named("second")
                        .device("GPU-a", 0, "GPU")
                        .device("GPU-b", 1, "GPU")
                        .registration(),
                (pid, at) -> false);

        assertThat(second.refusedDevices()).containsExactly("GPU-a");
        assertThat(yard.sql("select device, worker from history.gpus order by device")
                        .query()
                        .listOfRows())
                .extracting(row -> row.get("device") + " " + row.get("worker"))
                .containsExactly("GPU-a first", "GPU-b second");
    }

    @Test
    void a_device_goes_over_once_its_worker_no_longer_offers_it_or_is_forgotten() {
        AWorker first = AWorker.named("first").device("GPU-a", 0, "GPU").device("GPU-b", 1, "GPU");
        yard.register(first);
        AWorker second = AWorker.named("second").device("GPU-a", 0, "GPU").device("GPU-b", 1, "GPU");

        yard.register(first.withoutDevices().device("GPU-b", 1, "GPU"));
        assertThat(yard.workers
                        .register(second.registration(), (pid, at) -> false)
                        .refusedDevices())
                .containsExactly("GPU-b");

        yard.update("update trainyard.worker set state = 'FORGOTTEN' where name = 'first'");
        assertThat(yard.workers
                        .register(second.registration(), (pid, at) -> false)
                        .refusedDevices())
                .isEmpty();
    }

    @Test
    void a_missing_device_is_not_offered_until_it_returns() {
        AWorker worker = AWorker.named("gpu-1").gpus(1);
        yard.register(worker);

        yard.register(worker.withoutDevices());
        assertThat(yard.text("select offered::text from history.gpus")).isEqualTo("false");

        yard.register(worker.gpus(1));
        assertThat(yard.text("select offered::text from history.gpus")).isEqualTo("true");
    }

    @Test
    void workers_that_see_the_same_devices_in_another_order_register_at_once() throws Exception {
        for (int round = 0; round < 5; round++) {
            yard.update("delete from trainyard.device");
            List<Future<WorkerStore.Registered>> registrations = new ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                AWorker one = AWorker.named("worker-" + round + "-" + worker);
                for (int device = 0; device < 8; device++) {
                    int index = worker % 2 == 0 ? device : 7 - device;
                    one.device("GPU-" + index, index, "GPU");
                }
                registrations.add(yard.async(() -> yard.workers.register(one.registration(), (pid, at) -> false)));
            }
            int refused = 0;
            for (Future<WorkerStore.Registered> registration : registrations) {
                refused += registration.get().refusedDevices().size();
            }
            assertThat(refused).isEqualTo(3 * 8);
        }
    }

    // Unfit -----------------------------------------------------------------------------------------------------------

    @Test
    void an_unfit_worker_gets_nothing_new_keeps_its_attempts_and_gets_work_again_once_it_is_fit() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2));
        AttemptId running =
                yard.running(me, yard.submit(ARequest.named("before").gpus(1)));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));

        yard.workers.unfit(me, "its disk\0 is full");
        yard.workers.unfit(me, "its disk\0 is full");

        assertThat(yard.plan().placed()).isZero();
        assertThat(yard.text("select state || ' ' || unfit_because from history.workers"))
                .isEqualTo("ACTIVE its disk\ufffd is full");
        assertThat(yard.texts("select distinct offered::text from history.gpus"))
                .containsExactly("false");
        assertThat(yard.row(running)).containsEntry("state", "RUNNING");

        yard.workers.unfit(me, null);
        assertThat(yard.plan().placed()).isOne();
        assertThat(yard.state(job)).isEqualTo("RUNNING");
        assertThat(yard.texts("select type from trainyard.host_event order by at"))
                .containsExactly("worker.registered", "worker.unfit", "worker.fit");
    }

    @Test
    void the_reason_why_a_worker_is_unfit_ends_with_its_process() {
        AWorker worker = AWorker.named("gpu-1");
        yard.workers.unfit(yard.register(worker), "its disk is full");
        yard.submit(ARequest.named("mnist"));

        yard.register(worker);

        assertThat(yard.plan().placed()).isOne();
    }

    // A polite end ----------------------------------------------------------------------------------------------------

    @Test
    void a_worker_that_stopped_gets_nothing_at_once_and_work_again_when_it_is_back() {
        AWorker worker = AWorker.named("gpu-1").gpus(1);
        Incarnation me = yard.register(worker);
        JobId job = yard.submit(ARequest.named("mnist"));

        assertThat(yard.workers.stopped(me)).isTrue();

        assertThat(yard.plan().placed()).isZero();
        assertThat(yard.text("select state from history.workers")).isEqualTo("STOPPED");
        assertThat(yard.text("select offered || ' ' || worker_state from history.gpus"))
                .isEqualTo("false STOPPED");
        assertThat(yard.texts("select type from trainyard.host_event order by at"))
                .containsExactly("worker.registered", "worker.stopped");

        yard.register(worker);
        assertThat(yard.text("select state from history.workers")).isEqualTo("ACTIVE");
        assertThat(yard.plan().placed()).isOne();
        assertThat(yard.state(job)).isEqualTo("RUNNING");
    }

    @Test
    void a_predecessor_that_stops_late_does_not_stop_its_successor() {
        AWorker worker = AWorker.named("gpu-1");
        Incarnation first = yard.register(worker);
        yard.register(worker);

        assertThat(yard.workers.stopped(first)).isFalse();

        assertThat(yard.text("select state from history.workers")).isEqualTo("ACTIVE");
    }

    @Test
    void a_stopped_worker_keeps_its_attempts() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);

        yard.workers.stopped(me);

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RUNNING);
        assertThat(yard.workers.hasAttempts(me.worker())).isTrue();
    }

    @Test
    void the_name_of_a_stopped_worker_is_free_at_once() {
        yard.workers.stopped(yard.register(AWorker.named("gpu-1")));

        assertThatCode(() -> yard.register(AWorker.named("gpu-1"))).doesNotThrowAnyException();
    }

    @Test
    void a_worker_that_fell_silent_is_shown_as_suspect_and_its_devices_as_not_offered() {
        Incarnation silent = yard.register(AWorker.named("gpu-1").gpus(1));
        assertThat(yard.text("select offered || ' ' || worker_state from history.gpus"))
                .isEqualTo("true ACTIVE");

        yard.silence(silent, "31 seconds");

        assertThat(yard.text("select state from history.workers")).isEqualTo("SUSPECT");
        assertThat(yard.text("select offered || ' ' || worker_state from history.gpus"))
                .isEqualTo("false SUSPECT");
    }
}
