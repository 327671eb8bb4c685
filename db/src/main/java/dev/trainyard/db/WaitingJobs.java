package dev.trainyard.db;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Needs;
import dev.trainyard.core.plan.QueuePlace;
import dev.trainyard.core.plan.Snapshot;
import dev.trainyard.core.request.JobId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the queue for the planner: the jobs that may be placed now, page by page, in the order of {@link QueuePlace}. */
final class WaitingJobs {

    /** Number of jobs per page. Planning a page must be quick, so that the database does not take the planner for hung. */
    static final int PAGE = 200;

    /**
     * The order of {@link QueuePlace} in SQL. Migrations contain the index {@code job_queue} and the view {@code history.queue} with the
     * same order; {@code QueueOrderTest} compares all four.
     */
    static final String ORDER = "priority desc, queued_at, id";

    /** A place before every job. */
    static final QueuePlace HEAD = new QueuePlace(Integer.MAX_VALUE, Instant.EPOCH, new JobId(new UUID(0, 0)));

    /**
     * Reads a page after a place. It uses two index scans: the same priority, and lower ones. So the cost depends neither on ended jobs nor
     * on jobs before the page.
     */
    static final String PAGE_QUERY = """
            with page as (
                (select id, priority, queued_at from trainyard.job
                 where state = 'QUEUED' and (not_before is null or not_before <= now())
                   and priority = :priority and (queued_at, id) > (:queued, :job)
                 order by %1$s limit :limit)
                union all
                (select id, priority, queued_at from trainyard.job
                 where state = 'QUEUED' and (not_before is null or not_before <= now()) and priority < :priority
                 order by %1$s limit :limit)
                order by %1$s limit :limit)
            select q.*, former.avoid, former.last_worker, former.refused_by,
                   greatest(q.accepted_at, former.last_end) as since
            from (select j.id, j.attempts, j.accepted_at, p.priority, p.queued_at, j.only_worker, %2$s
                  from page p join trainyard.job j on j.id = p.id) q
            left join lateral (
                select array_agg(a.worker_id) filter (where a.cause in (%3$s)) as avoid,
                       (array_agg(a.worker_id order by a.number desc))[1] as last_worker,
                       array_agg(a.worker_id) filter (where a.refused_by = w.incarnation) as refused_by,
                       max(a.ended_at) as last_end
                from trainyard.attempt a join trainyard.worker w on w.id = a.worker_id where a.job_id = q.id) former on q.attempts > 0
            order by %1$s""".formatted(ORDER, JobNeeds.COLUMNS, causesThatAvoidTheHost());

    /** The next job that becomes due after the pages were read. now() is the begin of the transaction. */
    static final String NEXT_DUE_QUERY = """
            select ceil(extract(epoch from min(not_before) - clock_timestamp()) * 1000)::bigint from trainyard.job
            where state = 'QUEUED' and not_before > now()""";

    private final JdbcClient sql;

    WaitingJobs(JdbcClient sql) {
        this.sql = sql;
    }

    /**
     * A page of waiting jobs, in order.
     *
     * @param end where to continue; null at the end of the queue
     */
    record Page(
            List<Snapshot.Candidate> candidates, @Nullable QueuePlace end) {}

    /**
     * Reads the jobs after a place.
     *
     * @param seen jobs to leave out; this adds the jobs that it reads. A job whose priority changes between two pages could be in both
     */
    Page after(QueuePlace from, Set<JobId> seen) {
        List<Snapshot.Candidate> candidates = new ArrayList<>();
        List<QueuePlace> places = sql.sql(PAGE_QUERY)
                .param("priority", from.priority())
                .param("queued", from.queuedAt().atOffset(ZoneOffset.UTC))
                .param("job", from.job().value())
                .param("limit", PAGE)
                .query((row, n) -> {
                    JobId job = new JobId(row.getObject("id", UUID.class));
                    Needs needs = JobNeeds.read(row);
                    if (seen.add(job) && needs != null) {
                        candidates.add(candidate(job, needs, row));
                    }
                    return new QueuePlace(
                            row.getInt("priority"),
                            row.getTimestamp("queued_at").toInstant(),
                            job);
                })
                .list();
        return new Page(candidates, places.size() < PAGE ? null : places.getLast());
    }

    /** Time until the next job may be placed after its backoff; null if none waits for that. */
    @Nullable
    Duration nextDue() {
        return sql.sql(NEXT_DUE_QUERY)
                .query(Long.class)
                .optional()
                .map(millis -> Duration.ofMillis(Math.max(millis, 1)))
                .orElse(null);
    }

    private static Snapshot.Candidate candidate(JobId job, Needs needs, ResultSet row) throws SQLException {
        UUID last = row.getObject("last_worker", UUID.class);
        UUID only = row.getObject("only_worker", UUID.class);
        return new Snapshot.Candidate(
                job,
                needs,
                Set.of(),
                only == null ? null : new WorkerId(only),
                new Snapshot.Past(
                        workers(row, "avoid"),
                        last == null || needs.location() == null ? null : new WorkerId(last),
                        workers(row, "refused_by"),
                        row.getTimestamp("since").toInstant()));
    }

    private static Set<WorkerId> workers(ResultSet row, String column) throws SQLException {
        Array workers = row.getArray(column);
        return workers == null
                ? Set.of()
                : Stream.of((UUID[]) workers.getArray()).map(WorkerId::new).collect(Collectors.toUnmodifiableSet());
    }

    private static String causesThatAvoidTheHost() {
        return Arrays.stream(Cause.values())
                .filter(Retry::avoidsHost)
                .map(cause -> "'" + cause.name() + "'")
                .collect(Collectors.joining(", "));
    }
}
