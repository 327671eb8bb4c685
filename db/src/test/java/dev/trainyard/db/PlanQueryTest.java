package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The planner's cost does not grow with what is over, nor with what waits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanQueryTest {

    private final Yard yard = new Yard();

    @BeforeAll
    void a_long_history_and_a_long_queue() {
        yard.update("""
                insert into trainyard.job (id, name, labels, priority, state, request, digest, queued_at, ended_at, attempts)
                select gen_random_uuid(), 'job-' || n, '{}', 500, case when n % 10 = 0 then 'QUEUED' else 'SUCCEEDED' end,
                       '{"schema": "trainyard.request/v1"}', sha256(int4send(n)), clock_timestamp() - n * interval '1 second',
                       case when n % 10 > 0 then clock_timestamp() end, case when n % 7 = 0 then 1 else 0 end
                from generate_series(1, 110000) n""");
        yard.update("vacuum analyze trainyard.job");
    }

    @AfterAll
    void close() {
        yard.close();
    }

    @Test
    void candidates_are_read_from_the_index_of_the_queue_alone() {
        String plan = explain(WaitingJobs.PAGE_QUERY);

        assertThat(plan)
                .contains(
                        "job_queue",
                        "Index Cond: ((priority = 500) AND (ROW(queued_at, id) >",
                        "Index Cond: (priority < 500)")
                .doesNotContain("Seq Scan on job");
    }

    @Test
    void the_next_job_that_comes_due_is_read_from_an_index() {
        assertThat(explain(WaitingJobs.NEXT_DUE_QUERY)).doesNotContain("Seq Scan on job");
    }

    @Test
    void a_page_of_the_newest_jobs_is_read_from_an_index() {
        assertThat(explain("select * from history.jobs order by accepted_at desc, job_id limit 50"))
                .contains("job_newest")
                .doesNotContain("Seq Scan on job");
    }

    private String explain(String query) {
        return String.join(
                "\n",
                yard.database
                        .sql()
                        .sql("explain " + query)
                        .param("priority", 500)
                        .param("queued", OffsetDateTime.now().minusHours(1))
                        .param("job", new UUID(0, 0))
                        .param("limit", 500)
                        .query(String.class)
                        .list());
    }
}
