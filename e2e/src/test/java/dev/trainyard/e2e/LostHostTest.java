package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A host falls silent for longer than the installation waits, and is back: in time, too late, or never. */
class LostHostTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    private final UUID job = UUID.randomUUID();

    @SuppressWarnings("NullAway.Init")
    private Gate gate;

    @SuppressWarnings("NullAway.Init")
    private ProductProcess worker;

    @BeforeAll
    static void start() {
        installation = Installation.start(LostHostTest.class);
        installation
                .internalSql()
                .sql("update trainyard.installation set host_lost_after = '12 seconds'")
                .update();
        // Somebody has to notice: it plans, and has no device that a training could use.
        Installation.awaitReady(installation.startWorker("planner", "none"));
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @BeforeEach
    void a_training_runs() {
        // One host a minute may be lost: the one of the test before does not count.
        installation
                .internalSql()
                .sql("update trainyard.worker set lost_at = null")
                .update();
        worker = Installation.awaitReady(installation.startWorker("gpu-1"));
        gate = new Gate(installation.folder("gate-" + job));
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "patient",
                 "image": {"reference": "busybox:latest"},
                 "run": {"command": ["sh", "-c", "while [ ! -e /gate/open ]; do sleep 0.05; done; echo done; exit 7"], "mounts": %s},
                 "gpus": {"count": 1},
                 "gracePeriod": "1s",
                 "retry": {"maxAttempts": 1}}""".formatted(job, gate.mounts()));
        installation.awaitJob(job, "RUNNING");
        await().atMost(ProductProcess.PATIENCE).until(() -> attempts().equals(List.of("1 RUNNING -")));
    }

    @AfterEach
    void the_worker_stops() {
        worker.close();
    }

    @Test
    void a_worker_that_stood_still_past_its_lease_takes_its_training_back() {
        worker.freeze();
        awaitLoss();

        worker.thaw();
        await().atMost(ProductProcess.PATIENCE).until(() -> attempts().equals(List.of("1 RUNNING -")));
        gate.open();
        installation.awaitJob(job, "FAILED");

        assertThat(attempts()).containsExactly("1 ENDED PROGRAM_ERROR");
        assertThatNothingIsLeft();
    }

    @Test
    @Tag("slow")
    void a_worker_that_died_and_comes_back_after_it_was_lost_takes_its_training_back() {
        worker.kill();
        awaitLoss();

        worker = Installation.awaitReady(installation.startWorker("gpu-1"));
        await().atMost(ProductProcess.PATIENCE).until(() -> attempts().equals(List.of("1 RUNNING -")));
        gate.open();
        installation.awaitJob(job, "FAILED");

        assertThat(attempts()).containsExactly("1 ENDED PROGRAM_ERROR");
        assertThatNothingIsLeft();
    }

    @Test
    @Tag("slow")
    void a_training_that_ended_while_its_host_was_lost_keeps_its_own_end() {
        String container = containerOf(1);
        worker.freeze();
        awaitLoss();
        gate.open();
        await().atMost(ProductProcess.PATIENCE).until(() -> !installation.isRunning(container));

        worker.thaw();
        installation.awaitJob(job, "FAILED");

        assertThat(attempts()).containsExactly("1 ENDED PROGRAM_ERROR");
        assertThatNothingIsLeft();
    }

    @Test
    void a_replaced_training_is_stopped_when_its_host_returns_and_the_replacement_continues() {
        String container = containerOf(1);
        worker.freeze();
        awaitLoss();
        try (ProductProcess other = Installation.awaitReady(installation.startWorker("gpu-2"))) {
            await().atMost(ProductProcess.PATIENCE)
                    .until(() -> attempts().equals(List.of("1 ENDED HOST_LOST", "2 RUNNING -")));
            assertThat(installation.isRunning(container)).isTrue();
            assertThat(held(1)).isNotEmpty();

            worker.thaw();
            await().atMost(ProductProcess.PATIENCE).until(() -> held(1).isEmpty());

            assertThat(installation.exists(container)).isFalse();
            assertThat(installation.isRunning(containerOf(2))).isTrue();
            gate.open();
            installation.awaitJob(job, "FAILED");
            assertThat(attempts()).containsExactly("1 ENDED HOST_LOST", "2 ENDED PROGRAM_ERROR");
            assertThatNothingIsLeft();
            assertThat(other.err()).doesNotContain(" ERROR ");
        }
    }

    @Test
    @Tag("slow")
    void a_host_that_is_declared_dead_frees_everything_and_its_worker_may_only_stop_its_containers() {
        String container = containerOf(1);
        worker.kill();
        awaitLoss();
        // However short an installation's patience: only who has been silent for 30 s is forgotten.
        await().atMost(ProductProcess.PATIENCE)
                .until(() -> installation
                        .sql()
                        .sql(
                                "select last_seen_at < now() - interval '30 seconds' from history.workers where name = 'gpu-1' and state = 'LOST'")
                        .query(Boolean.class)
                        .single());

        try (ProductProcess forget = installation.client(installation.startServer(), "workers", "forget", "gpu-1")) {
            assertThat(forget.awaitExit()).as(forget.said()).isZero();
        }
        assertThat(held(1)).isEmpty();
        assertThat(installation.isRunning(container)).isTrue();
        worker = installation.startWorker("gpu-1");

        assertThat(worker.awaitExit()).isEqualTo(69);
        assertThat(worker.err()).contains("was declared dead and forgotten. Remove its state directory");
        assertThat(installation.exists(container)).isFalse();
        installation.delete("state-gpu-1");
        worker = Installation.awaitReady(installation.startWorker("gpu-1"));
        gate.open();
        installation.awaitJob(job, "FAILED");
        assertThat(attempts()).containsExactly("1 ENDED HOST_LOST", "2 ENDED PROGRAM_ERROR");
    }

    private void awaitLoss() {
        await().atMost(ProductProcess.PATIENCE).until(() -> attempts().equals(List.of("1 ENDED HOST_LOST")));
        assertThat(held(1)).isNotEmpty();
    }

    private List<String> attempts() {
        return installation
                .sql()
                .sql(
                        "select concat_ws(' ', number, state, coalesce(cause, '-')) from history.attempts where job_id = :job order by number")
                .param("job", job)
                .query(String.class)
                .list();
    }

    private String containerOf(int attempt) {
        return installation
                .sql()
                .sql("select container_id from history.attempts where job_id = :job and number = :attempt")
                .param("job", job)
                .param("attempt", attempt)
                .query(String.class)
                .single();
    }

    private List<String> held(int attempt) {
        return installation
                .internalSql()
                .sql("""
                        select r.kind from trainyard.reservation r join trainyard.attempt a on a.id = r.attempt_id
                        where a.job_id = :job and a.number = :attempt and r.released_at is null""")
                .param("job", job)
                .param("attempt", attempt)
                .query(String.class)
                .list();
    }

    private void assertThatNothingIsLeft() {
        await().atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(installation.containersOf(job)).isEmpty());
        assertThat(held(1)).isEmpty();
        assertThat(installation
                        .sql()
                        .sql("select retries_spent from history.jobs where job_id = :job")
                        .param("job", job)
                        .query(Integer.class)
                        .single())
                .isZero();
    }
}
