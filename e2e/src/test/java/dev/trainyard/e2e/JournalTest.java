package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Spring Batch's tables say nothing, or something else than the attempt's row: the row is right, and the training goes on by it. */
class JournalTest {

    private static final String WITHOUT_CONTEXTS = """
            delete from batch.batch_job_execution_context where job_execution_id = :execution;
            delete from batch.batch_step_execution_context c using batch.batch_step_execution s
            where c.step_execution_id = s.step_execution_id and s.job_execution_id = :execution;
            """;
    private static final String WITHOUT_PARAMETERS =
            "delete from batch.batch_job_execution_params where job_execution_id = :execution;";
    private static final String WITHOUT_STEPS =
            WITHOUT_CONTEXTS + "delete from batch.batch_step_execution where job_execution_id = :execution;";
    private static final String WITHOUT_EXECUTION = WITHOUT_STEPS
            + WITHOUT_PARAMETERS
            + "delete from batch.batch_job_execution where job_execution_id = :execution;";

    /** What became of an attempt's journal while its container ran and its worker was away. */
    private enum Journal {
        IS_AS_ITS_PROCESS_LEFT_IT(
                "update batch.batch_job_execution set version = version where job_execution_id = :execution"),
        IS_GONE(WITHOUT_EXECUTION + "delete from batch.batch_job_instance where job_instance_id = :instance"),
        HAS_LOST_ITS_EXECUTION(WITHOUT_EXECUTION),
        HAS_LOST_ITS_STEPS(WITHOUT_STEPS),
        HAS_LOST_ITS_CONTEXTS(WITHOUT_CONTEXTS),
        HAS_LOST_ITS_PARAMETERS(WITHOUT_PARAMETERS),
        DOES_NOT_KNOW_HOW_IT_ENDED("""
                update batch.batch_job_execution set status = 'UNKNOWN', exit_code = 'UNKNOWN' where job_execution_id = :execution"""),
        DOES_NOT_KNOW_HOW_A_STEP_ENDED("""
                update batch.batch_step_execution set status = 'UNKNOWN', exit_code = 'UNKNOWN'
                where job_execution_id = :execution and step_name = 'containerStep'"""),
        SAYS_THAT_ALL_IS_OVER("""
                update batch.batch_job_execution set status = 'COMPLETED', exit_code = 'COMPLETED', end_time = now()
                where job_execution_id = :execution"""),
        SAYS_THAT_THE_CONTAINER_IS_OVER("""
                update batch.batch_step_execution set status = 'COMPLETED', exit_code = 'COMPLETED', end_time = now()
                where job_execution_id = :execution and step_name = 'containerStep'"""),
        RUNS_TWICE("""
                insert into batch.batch_job_execution
                select -job_execution_id, version, job_instance_id, create_time, start_time, null, 'STARTED', 'UNKNOWN', '', last_updated
                from batch.batch_job_execution where job_execution_id = :execution""");

        private final String damage;

        Journal(String damage) {
            this.damage = damage;
        }
    }

    /** A training and what becomes of its journal. */
    private record Row(Journal journal, Training training) {}

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(JournalTest.class);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void a_training_continues_with_any_state_of_the_journal() {
        ProductProcess worker = startWorker();
        List<Row> rows = List.of(Journal.values()).stream()
                .map(journal -> new Row(journal, Training.of(installation)))
                .toList();
        rows.forEach(
                row -> installation.publish(row.training().job(), row.training().request()));
        rows.forEach(row -> awaitRunning(row.training()));

        worker.kill();
        rows.forEach(JournalTest::damage);
        startWorker().kill();
        // The next process finds what that one has made of it, if it came to that.
        startWorker();
        rows.forEach(row -> row.training().gate().open());

        for (Row row : rows) {
            installation.awaitJob(row.training().job(), "FAILED");
            assertThat(row.training().entries())
                    .as("the journal %s", row.journal())
                    .hasSize(2);
        }
        assertThat(new Invariants(installation)
                        .violations(rows.stream().map(Row::training).toList()))
                .isEmpty();
    }

    private static ProductProcess startWorker() {
        return Installation.awaitReady(installation.startWorker("gpu-1", "slots:" + Journal.values().length));
    }

    private static void awaitRunning(Training training) {
        installation.awaitJob(training.job(), "RUNNING");
        await().atMost(ProductProcess.PATIENCE)
                .until(() -> !training.containersThat("started").isEmpty());
    }

    private static void damage(Row row) {
        var sql = installation.internalSql();
        var execution = sql.sql("""
                        select job_execution_id as execution, job_instance_id as instance from batch.batch_job_execution
                        join batch.batch_job_execution_params using (job_execution_id)
                        join history.attempts on attempt_id::text = parameter_value where job_id = :job""").param("job", row.training().job()).query().singleRow();
        sql.sql(row.journal().damage).params(execution).update();
    }
}
