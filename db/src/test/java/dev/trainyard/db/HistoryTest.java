package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.request.JobId;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private final Yard yard = new Yard();
    private final Database server = Database.connect(yard.url, Role.SERVER, 1);
    private final History history = new History(server);

    @AfterEach
    void close() {
        server.close();
        yard.close();
    }

    @Test
    void what_people_look_at_is_found_by_reading_little_however_many_jobs_there_are() {
        fill(20_000);
        long before = rowsRead();

        assertThat(history.jobs(null, null, 50)).hasSize(50);
        assertThat(history.jobs(JobState.HELD, null, 50)).hasSize(2);
        assertThat(history.jobs(JobState.RUNNING, null, 50)).isEmpty();
        assertThat(history.jobs(JobState.QUEUED, "vision", 50)).hasSize(50);
        assertThat(history.queue(100)).hasSize(100).first().returns(1L, History.Queued::place);
        JobId job = history.jobs(null, null, 1).getFirst().jobId();
        assertThat(history.job(job)).isPresent();
        assertThat(history.attempts(job)).isEmpty();
        assertThat(history.rejection(job)).isEmpty();
        assertThat(history.outputs(AttemptId.random())).isEmpty();

        assertThat(rowsRead() - before).isLessThan(1_000);
    }

    /** Half of them over, half in the queue, and the two oldest held. */
    private void fill(int jobs) {
        yard.update("""
                insert into trainyard.job (id, name, team, labels, priority, state, request, digest, accepted_at, queued_at, ended_at)
                select gen_random_uuid(), 'job-' || n, 'vision', '{}', 500,
                       case when n <= 2 then 'HELD' when n %% 2 = 0 then 'SUCCEEDED' else 'QUEUED' end,
                       '{}', decode(repeat('00', 32), 'hex'), at, at, case when n > 2 and n %% 2 = 0 then at end
                from (select n, clock_timestamp() - (%d - n) * interval '1 second' as at from generate_series(1, %d) n) numbered""".formatted(jobs, jobs));
        yard.update("""
                insert into trainyard.rejected_request (topic, partition, record_offset, job_id, reason, payload)
                select 't', 0, n, gen_random_uuid(), 'unreadable', '' from generate_series(1, %d) n""".formatted(jobs));
        yard.update("analyze trainyard.job, trainyard.rejected_request");
    }

    private long rowsRead() {
        server.sql().sql("select pg_stat_force_next_flush()").query().singleRow();
        return server.sql().sql("""
                        select sum(seq_tup_read + idx_tup_fetch)::bigint from pg_stat_user_tables
                        where schemaname = 'trainyard' and relname in ('job', 'rejected_request')""").query(Long.class).single();
    }

    @Test
    void nothing_is_known_of_an_unknown_job() {
        JobId unknown = new JobId(UUID.randomUUID());

        assertThat(history.job(unknown)).isEmpty();
        assertThat(history.acceptedDigest(unknown)).isEmpty();
        assertThat(history.attempt(unknown, 1)).isEmpty();
    }
}
