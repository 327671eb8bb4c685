package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.request.JobId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final JobFilter ANY = new JobFilter(Set.of(), null, null, null, List.of(), null, null);

    private final Yard yard = new Yard();
    private final Database server = Database.connect(yard.url, Role.SERVER, 1);
    private final History history = new History(server);

    @AfterEach
    void close() {
        server.close();
        yard.close();
    }

    @Test
    void queries_of_people_read_few_rows_with_any_number_of_jobs() {
        fill(20_000);
        long before = rowsRead();

        assertThat(jobs(ANY)).hasSize(50);
        assertThat(jobs(ANY.in(Set.of(JobState.HELD)))).hasSize(2);
        assertThat(jobs(ANY.in(Set.of(JobState.RUNNING)))).isEmpty();
        assertThat(jobs(new JobFilter(Set.of(JobState.QUEUED), "vision", null, null, List.of(), null, null)))
                .hasSize(50);
        assertThat(jobs(new JobFilter(Set.of(), null, "job-7", null, List.of(), null, null)))
                .hasSize(1);
        assertThat(jobs(new JobFilter(Set.of(), null, null, "ada", List.of(), null, null)))
                .isEmpty();
        History.Job oldest = jobs(new JobFilter(Set.of(), null, "job-1", null, List.of(), null, null))
                .getFirst();
        String id = oldest.jobId().toString();
        assertThat(jobs(ofId(id.substring(0, 13)))).containsExactly(oldest);
        assertThat(jobs(ofId(id.substring(20)))).containsExactly(oldest);
        assertThat(history.rejected(null, null, null, null, 50)).hasSize(50);
        assertThat(history.queue(null, 100).items()).hasSize(100).first().returns(1L, History.Queued::place);
        JobId job = jobs(ANY).getFirst().jobId();
        assertThat(history.job(job)).isPresent();
        assertThat(history.attempts(job, null, 10).items()).isEmpty();
        assertThat(history.rejection(job)).isEmpty();
        assertThat(history.outputs(AttemptId.random(), null, 10).items()).isEmpty();

        assertThat(rowsRead() - before).isLessThan(1_000);
    }

    private List<History.Job> jobs(JobFilter filter) {
        return history.jobs(filter, null, 50);
    }

    private static JobFilter ofId(String part) {
        return new JobFilter(
                Set.of(), null, null, null, List.of(), null, IdPart.parse(part).orElseThrow());
    }

    @Test
    void the_pages_of_a_listing_have_each_job_once_also_of_those_of_one_moment() {
        yard.update("""
                insert into trainyard.job (id, name, labels, priority, state, request, digest, accepted_at, queued_at)
                select gen_random_uuid(), 'job-' || n, jsonb_build_object('n', n %% 2, 'x', 'a,b'), 500, 'QUEUED', '{}',
                       decode(repeat('00', 32), 'hex'), timestamptz '2026-11-24 08:00:00.000001Z' + (n / 3) * interval '1 microsecond',
                       clock_timestamp()
                from generate_series(1, 20) n""".replace("%%", "%"));

        List<String> seen = new ArrayList<>();
        JobPlace after = null;
        List<History.Job> page;
        do {
            page = history.jobs(ANY, after, 3);
            page.forEach(job -> seen.add(job.name()));
            after = page.isEmpty()
                    ? null
                    : JobPlace.parse(new JobPlace(
                                    page.getLast().acceptedAt(), page.getLast().jobId())
                            .cursor()
                            .toString());
        } while (after != null);
        assertThat(seen).hasSize(20).doesNotHaveDuplicates();
        assertThat(history.jobs(
                        new JobFilter(
                                Set.of(JobState.QUEUED, JobState.HELD),
                                null,
                                null,
                                null,
                                List.of(new JobFilter.Label("n", "1"), new JobFilter.Label("x", null)),
                                Instant.parse("2026-11-24T08:00:00.000003Z"),
                                null),
                        null,
                        50))
                .hasSize(7);
    }

    @Test
    void outputs_are_told_in_pages_checkpoints_first_with_how_many_there_are() {
        Incarnation me = yard.register(AWorker.named("w"));
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("a")));
        yard.update(
                "insert into trainyard.output_file (attempt_id, path, kind, size_bytes, modified_at) select ?, p, k, 1, clock_timestamp() from (values ('a.txt', 'OTHER'), ('z/last.pt', 'CHECKPOINT'), (E'b\n.c', 'OTHER'), ('B', 'LOG'), ('ckpt/1.pt', 'CHECKPOINT')) v (p, k)",
                attempt.value());

        List<String> paths = new ArrayList<>();
        Page<History.OutputFile> page = history.outputs(attempt, null, 2);
        page.items().forEach(file -> paths.add(file.path()));
        while (page.next() != null) {
            page = history.outputs(attempt, Cursor.parse(page.next()), 2);
            page.items().forEach(file -> paths.add(file.path()));
        }
        assertThat(paths).containsExactly("ckpt/1.pt", "z/last.pt", "B", "a.txt", "b\n.c");
        assertThat(history.outputCount(attempt)).isEqualTo(5);
        assertThatThrownBy(() -> history.outputs(attempt, Cursor.parse("bm8.eQ"), 2))
                .isInstanceOf(Cursor.Unreadable.class);
        assertThatThrownBy(() -> Cursor.parse("?")).isInstanceOf(Cursor.Unreadable.class);
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
