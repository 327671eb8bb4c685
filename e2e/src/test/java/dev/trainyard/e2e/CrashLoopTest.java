package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One attempt ends the process of its worker each time it is handled, and the process is started again each time, as a service manager does. */
class CrashLoopTest {

    private static final int STARTS = 12;

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    private final UUID job = UUID.randomUUID();
    private final Gate gate = new Gate(installation.folder("gate-" + job));

    @SuppressWarnings("NullAway.Init")
    private ProductProcess worker;

    @BeforeAll
    static void start() {
        installation = Installation.start(CrashLoopTest.class);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @AfterEach
    void the_worker_stops() {
        worker.close();
    }

    /** Of all jobs, only this one leaves a file of curves. */
    @Test
    void an_attempt_whose_outputs_end_the_worker_keeps_its_exit_code_and_the_host_goes_on_with_the_others() {
        Training bystander = Training.of(installation);
        startedUntilItRuns(bystander, Failpoint.dieBefore("TensorBoardScalars#read"));
        publish("touch /outputs/events.out.tfevents.1; exit 7");

        startedAgainAndAgain(Failpoint.dieBefore("TensorBoardScalars#read"), "FAILED");

        assertThat(attempt())
                .containsEntry("number", 1)
                .containsEntry("cause", "PROGRAM_ERROR")
                .containsEntry("exit_code", 7)
                .containsEntry("outputs_state", "INCOMPLETE")
                .extractingByKey("detail")
                .asString()
                .contains("the process of its worker ended")
                .contains("gathered");
        goesOn(bystander);
    }

    @Test
    @Tag("slow")
    void an_attempt_whose_preparation_ends_the_worker_is_not_prepared_again() {
        String server = installation.startServer();
        Training bystander = Training.of(installation);
        startedUntilItRuns(bystander, Failpoint.dieBefore("Build#run"));
        Training built = Training.built(installation, server, "FROM busybox:latest\nRUN true\n");

        startedAgainAndAgain(Failpoint.dieBefore("Build#run"), built.job(), "FAILED");

        assertThat(attempt(built.job()))
                .containsEntry("number", 1)
                .containsEntry("cause", "START_FAILED")
                .extractingByKey("detail")
                .asString()
                .contains("the process of its worker ended");
        goesOn(bystander);
    }

    @Test
    @Tag("slow")
    void one_that_rests_and_is_cancelled_ends_at_once() {
        String server = installation.startServer();
        Failpoint point = Failpoint.dieBefore("Build#run");
        worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2", point));
        Training built = Training.built(installation, server, "FROM busybox:latest\nRUN true # cancelled\n");
        await().atMost(ProductProcess.PATIENCE).until(() -> !worker.isAlive());
        worker = installation.startWorker("gpu-1", "slots:2", point);
        await().atMost(ProductProcess.PATIENCE).until(() -> !worker.isAlive());
        worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2", point));

        installation.publish(built.job(), """
                {"schema": "trainyard.request/v1", "kind": "cancel", "jobId": "%s"}""".formatted(built.job()));

        await().atMost(Duration.ofSeconds(20)).until(() -> state(built.job()).equals("CANCELLED"));
        assertThat(attempt(built.job())).containsEntry("cause", "CANCELLED");
        assertThat(worker.isAlive()).isTrue();
    }

    /** A training is not ended for what reading it does to its worker. */
    @Test
    @Tag("slow")
    void a_training_whose_log_ends_the_worker_continues_to_its_end_without_being_read() {
        Training bystander = Training.of(installation);
        startedUntilItRuns(bystander, Failpoint.dieBefore("LiveOutputs#read"));
        publish("touch /outputs/events.out.tfevents.1; while [ ! -e /gate/open ]; do sleep 0.1; done; exit 7");
        installation.awaitJob(job, "RUNNING");

        startedAgainAndAgain(
                Failpoint.dieBefore("LiveOutputs#read"), () -> worker.said().contains("unread"));
        await().during(Duration.ofSeconds(8)).atMost(ProductProcess.PATIENCE).until(worker::isAlive);
        gate.open();
        installation.awaitJob(job, "FAILED");

        assertThat(attempt())
                .containsEntry("number", 1)
                .containsEntry("cause", "PROGRAM_ERROR")
                .containsEntry("exit_code", 7)
                .containsEntry("outputs_state", "COMPLETE");
        goesOn(bystander);
    }

    /** As one does that is gigabytes once it is unpacked. */
    @Test
    void a_record_that_ends_each_worker_that_reads_it_is_left_out_and_those_behind_it_are_taken_in() {
        Failpoint point = Failpoint.dieBefore("RecordKey#job");
        worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2", point));
        // Both are in one partition, and only of what is no message the key is looked at.
        installation.publish(List.of(Map.entry("", "no message"), Map.entry("", request("true"))));

        startedAgainAndAgain(point, "SUCCEEDED");

        assertThat(installation
                        .sql()
                        .sql("select reason from history.rejected")
                        .query(String.class)
                        .list())
                .singleElement()
                .asString()
                .contains("four processes in a row");
    }

    private void publish(String program) {
        installation.publish(job, request(program));
    }

    private String request(String program) {
        return """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "deadly",
                 "image": {"reference": "busybox:latest"},
                 "run": {"command": ["sh", "-c", "%s"], "mounts": %s},
                 "gpus": {"count": 1}}""".formatted(job, program, gate.mounts());
    }

    private void startedUntilItRuns(Training training, Failpoint point) {
        worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2", point));
        installation.publish(training.job(), training.request());
        installation.awaitJob(training.job(), "RUNNING");
    }

    private void startedAgainAndAgain(Failpoint point, String state) {
        startedAgainAndAgain(point, job, state);
    }

    private void startedAgainAndAgain(Failpoint point, UUID job, String state) {
        startedAgainAndAgain(point, () -> state(job).equals(state));
    }

    private void startedAgainAndAgain(Failpoint point, BooleanSupplier over) {
        for (int starts = 1; starts <= STARTS; starts++) {
            await().atMost(ProductProcess.PATIENCE).until(() -> {
                restIsOver();
                return over.getAsBoolean() || !worker.isAlive();
            });
            if (worker.isAlive()) {
                return;
            }
            worker = installation.startWorker("gpu-1", "slots:2", point);
        }
        throw new AssertionError("the worker ended %d times: %s".formatted(STARTS, worker.said()));
    }

    /** Minutes pass. */
    private static void restIsOver() {
        installation
                .internalSql()
                .sql(
                        "update trainyard.attempt set rests_until = clock_timestamp() where rests_until > clock_timestamp()")
                .update();
    }

    /** It has run through all that, once. */
    private static void goesOn(Training bystander) {
        bystander.gate().open();
        installation.awaitJob(bystander.job(), "FAILED");
        assertThat(installation.attempts(bystander.job())).containsExactly("1 PROGRAM_ERROR");
        assertThat(bystander.containersThat("started")).hasSize(1);
        assertThat(bystander.containersThat("ended")).hasSize(1);
        await().atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(installation.containers()).isEmpty());
        assertThat(installation
                        .internalSql()
                        .sql("select count(*) from trainyard.reservation where released_at is null")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private static String state(UUID job) {
        return installation
                .sql()
                .sql("select state from history.jobs where job_id = :job")
                .param("job", job)
                .query(String.class)
                .optional()
                .orElse("unknown");
    }

    private Map<String, Object> attempt() {
        return attempt(job);
    }

    private static Map<String, Object> attempt(UUID job) {
        return installation
                .sql()
                .sql("select number, cause, exit_code, outputs_state, detail from history.attempts where job_id = :job")
                .param("job", job)
                .query()
                .singleRow();
    }
}
