package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private final Yard yard = new Yard();

    @BeforeEach
    void two_old_months() {
        month("log_chunk", "2020_01", "2020-01-01", "2020-02-01");
        month("metric", "2020_01", "2020-01-01", "2020-02-01");
    }

    @AfterEach
    void close() {
        yard.update("drop table if exists trainyard.log_chunk_2020_01, trainyard.metric_2020_01");
        yard.close();
    }

    @Test
    void months_of_logs_and_metrics_that_are_long_over_are_dropped_and_the_others_kept() {
        yard.plans.keepHouse();

        assertThat(months("log_chunk")).isNotEmpty().doesNotContain("log_chunk_2020_01");
        assertThat(months("metric")).isNotEmpty().doesNotContain("metric_2020_01");
    }

    @Test
    void maintenance_gives_up_instead_of_blocking_others_behind_a_long_reader() throws Exception {
        try (Connection reader = yard.database.dedicatedConnection();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("select from trainyard.log_chunk");

            assertThatThrownBy(yard.plans::keepHouse).hasMessageContaining("lock timeout");
        }
    }

    @Test
    void a_part_of_the_maintenance_that_gives_up_does_not_stop_the_others() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1").fetching());
        yard.update(
                "insert into trainyard.host_image (worker_id, reference, state, wanted_at) values (?, 'old:1', 'PRESENT', '2020-01-01')",
                me.worker().value());
        execution(1, "interval '8 days'", "clock_timestamp()", "over");
        try (Connection reader = yard.database.dedicatedConnection();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("select from trainyard.log_chunk");

            assertThatThrownBy(yard.plans::keepHouse).hasMessageContaining("lock timeout");
        }

        assertThat(months("log_chunk")).contains("log_chunk_2020_01");
        assertThat(months("metric")).doesNotContain("metric_2020_01");
        assertThat(yard.texts("select job_instance_id::text from batch.batch_job_instance"))
                .isEmpty();
        assertThat(yard.texts("select reference from trainyard.host_image")).isEmpty();
    }

    @Test
    void the_installation_sets_how_long_they_are_kept() {
        yard.update("update trainyard.installation set keep_metrics = interval '100 years'");

        yard.plans.keepHouse();

        assertThat(months("log_chunk")).doesNotContain("log_chunk_2020_01");
        assertThat(months("metric")).contains("metric_2020_01");
    }

    @Test
    void the_batch_journal_of_executions_older_than_a_week_is_deleted_and_the_rest_is_kept() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        AttemptId runs = yard.running(me, yard.submit(ARequest.named("mnist")));
        execution(1, "interval '8 days'", "clock_timestamp()", "over");
        execution(2, "interval '6 days'", "clock_timestamp()", "over");
        execution(3, "interval '8 days'", "null", runs.toString());
        execution(4, "interval '8 days'", "null", "over, but its process has died");

        yard.plans.keepHouse();

        assertThat(yard.texts("select job_instance_id::text from batch.batch_job_instance order by 1"))
                .containsExactly("2", "3");
        assertThat(yard.texts("select step_execution_id::text from batch.batch_step_execution order by 1"))
                .containsExactly("2", "3");
        assertThat(yard.texts("select job_execution_id::text from batch.batch_job_execution_params order by 1"))
                .containsExactly("2", "3");
    }

    private void execution(int id, String age, String endTime, String attempt) {
        yard.update("insert into batch.batch_job_instance values (%1$d, 0, 'attempt', 'key-%1$d')".formatted(id));
        yard.update("""
                insert into batch.batch_job_execution (job_execution_id, job_instance_id, create_time, end_time, last_updated)
                values (%1$d, %1$d, clock_timestamp(), %3$s, (clock_timestamp() at time zone 'UTC') - %2$s)""".formatted(id, age, endTime));
        yard.update("""
                insert into batch.batch_job_execution_params (job_execution_id, parameter_name, parameter_type, parameter_value, identifying)
                values (%d, 'attempt', 'java.lang.String', '%s', 'Y')""".formatted(id, attempt));
        yard.update("""
                insert into batch.batch_step_execution (step_execution_id, version, step_name, job_execution_id, create_time)
                values (%1$d, 0, 'imageStep', %1$d, clock_timestamp())""".formatted(id));
        yard.update("insert into batch.batch_step_execution_context values (%d, '{}', null)".formatted(id));
        yard.update("insert into batch.batch_job_execution_context values (%d, '{}', null)".formatted(id));
    }

    private void month(String table, String name, String from, String to) {
        yard.update(
                "create table if not exists trainyard.%1$s_%2$s partition of trainyard.%1$s for values from ('%3$s') to ('%4$s')"
                        .formatted(table, name, from, to));
        yard.update("alter table trainyard.%s_%s owner to trainyard_owner".formatted(table, name));
    }

    private java.util.List<String> months(String table) {
        return yard
                .texts("select inhrelid::regclass::text from pg_inherits where inhparent = 'trainyard.%s'::regclass"
                        .formatted(table))
                .stream()
                .map(name -> name.replace("trainyard.", ""))
                .toList();
    }
}
