package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Planner;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A fresh installation: the stores as a worker's process has them, and the superuser's hand for what only time or an accident would do.
 * All tests of a JVM use one database after each other: emptying it is many times faster than making another.
 */
final class Yard implements AutoCloseable {

    static final Instant ENGINE_STARTED = Instant.parse("2026-01-02T03:04:05.123456Z");
    static final AttemptStore.Exit EXIT_0 =
            new AttemptStore.Exit(0, false, null, ENGINE_STARTED.plusSeconds(60), false, null, null, null);
    static final AttemptStore.Exit EXIT_1 =
            new AttemptStore.Exit(1, false, null, ENGINE_STARTED.plusSeconds(60), false, null, null, null);

    private static final PostgresUrl URL = TestPostgres.freshDatabase();
    private static final Database WORKER = Database.connect(URL, Role.WORKER, 6);
    private static final Database SUPERUSER = Database.connect(TestPostgres.asSuperuser(URL), Role.WORKER, 2);

    final PostgresUrl url = URL;
    final Database database = WORKER;
    private final Database superuser = SUPERUSER;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    final JobStore jobs = new JobStore(database);
    final AttemptStore attempts = new AttemptStore(database);
    final WorkerStore workers = new WorkerStore(database);
    final PlanStore plans = plans(database);
    final LostHosts lostHosts = new LostHosts(database);

    Yard() {
        String tables = text("""
                select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables
                where schemaname in ('trainyard', 'batch') and tablename <> 'turn'""");
        update("truncate " + tables);
        update("update trainyard.turn set holder = null");
        update("insert into trainyard.installation default values");
    }

    static PlanStore plans(Database database) {
        return new PlanStore(database);
    }

    static PlanStore plans(Database database, Duration round) {
        return new PlanStore(database, round);
    }

    private static RetryPolicy policy(String json) {
        return submit(json).retry();
    }

    private static Request.Submit submit(String json) {
        return (Request.Submit) RequestCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    // Given -----------------------------------------------------------------------------------------------------------

    JobId submit(ARequest request) {
        assertThat(jobs.accept(List.of(request.incoming()))).containsExactly(new JobStore.Accepted());
        return request.id();
    }

    /** Registers; no other process lives. */
    Incarnation register(AWorker worker) {
        return workers.register(worker.registration(), (pid, at) -> false).me();
    }

    /** Plans once. */
    PlanStore.Cycle plan() {
        return plans.cycle(Planner::plan).orElseThrow();
    }

    /** Plans once, and returns the attempt that was reserved for the job. */
    AttemptId place(JobId job) {
        plan();
        return liveAttempt(job);
    }

    AttemptId prepared(Incarnation me, JobId job) {
        AttemptId attempt = place(job);
        applied(attempts.begin(me, attempt, "/srv/outputs/" + attempt));
        return attempt;
    }

    AttemptId running(Incarnation me, JobId job) {
        AttemptId attempt = prepared(me, job);
        applied(attempts.imaged(me, attempt, "sha256:1111"));
        applied(attempts.created(me, attempt, "c0ffee", "ty-" + attempt.shortForm()));
        applied(attempts.started(me, attempt, ENGINE_STARTED, List.of("python", "main.py")));
        return attempt;
    }

    AttemptId collecting(Incarnation me, JobId job, AttemptStore.Exit exit) {
        AttemptId attempt = running(me, job);
        applied(attempts.exited(me, attempt, exit));
        return attempt;
    }

    private static void applied(Outcome outcome) {
        assertThat(outcome).isEqualTo(Outcome.APPLIED);
    }

    /** An end whose retry follows the request's rules, in the middle of the jitter. */
    AttemptStore.End end(Cause cause, JobId job) {
        RetryPolicy policy = policy(text("select request from trainyard.job where id = ?", job.value()));
        return new AttemptStore.End(
                cause, "because", true, counters -> Retry.decide(cause, null, policy, counters, 0.5));
    }

    // Then ------------------------------------------------------------------------------------------------------------

    AttemptId liveAttempt(JobId job) {
        return new AttemptId(sql("select id from trainyard.attempt where job_id = ? and state <> 'ENDED'", job.value())
                .query(UUID.class)
                .single());
    }

    Attempt attempt(AttemptId attempt) {
        return attempts.find(attempt).orElseThrow();
    }

    @Nullable
    Object cause(AttemptId attempt) {
        return row(attempt).get("cause");
    }

    WorkerId workerOf(AttemptId attempt) {
        return new WorkerId((UUID) Objects.requireNonNull(row(attempt).get("worker_id")));
    }

    String state(JobId job) {
        return text("select state from trainyard.job where id = ?", job.value());
    }

    Map<String, @Nullable Object> row(JobId job) {
        return sql("select * from trainyard.job where id = ?", job.value())
                .query()
                .singleRow();
    }

    Map<String, @Nullable Object> row(AttemptId attempt) {
        return sql("select * from trainyard.attempt where id = ?", attempt.value())
                .query()
                .singleRow();
    }

    /** Types of the job's events in their order, after a check that they are numbered from 1 without a gap. */
    List<String> events(JobId job) {
        List<Long> numbers = sql("select seq from trainyard.job_event where job_id = ? order by seq", job.value())
                .query((row, n) -> row.getLong("seq"))
                .list();
        assertThat(numbers)
                .isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
        return texts("select type from trainyard.job_event where job_id = ? order by seq", job.value());
    }

    /** What the attempt holds now, as {@code KIND key}, where the worker's id reads {@code *}. */
    List<String> held(AttemptId attempt) {
        return texts("""
                select kind || ' ' || replace(key, worker_id::text, '*') from trainyard.reservation
                where attempt_id = ? and released_at is null order by 1""", attempt.value());
    }

    // The superuser's hand --------------------------------------------------------------------------------------------

    JdbcClient.StatementSpec sql(String statement, Object... parameters) {
        return superuser.sql().sql(statement).params(List.of(parameters));
    }

    String text(String query, Object... parameters) {
        return Objects.requireNonNull(sql(query, parameters).query(String.class).single());
    }

    List<String> texts(String query, Object... parameters) {
        return sql(query, parameters).query((row, n) -> row.getString(1)).list();
    }

    int update(String statement, Object... parameters) {
        return sql(statement, parameters).update();
    }

    /** Moves the attempt's stage and the watch over it into the past. */
    void ago(AttemptId attempt, String interval) {
        update(
                "update trainyard.attempt set state_since = state_since - ?::interval where id = ?",
                interval,
                attempt.value());
        update(
                "update trainyard.installation set serving_since = serving_since - ?::interval, last_cycle = clock_timestamp()",
                interval);
    }

    void silence(Incarnation worker, String interval) {
        update(
                "update trainyard.worker_lease set renewed_at = clock_timestamp() - ?::interval where worker_id = ?",
                interval,
                worker.worker().value());
    }

    // Threads ---------------------------------------------------------------------------------------------------------

    <T> Future<T> async(Callable<T> work) {
        return threads.submit(work);
    }

    /**
     * Holds a row's lock while the work is begun by another thread, waits until that one waits for the lock, changes the row and lets go.
     *
     * @return what the work came to
     */
    <T> T meanwhile(String lock, String change, UUID id, Callable<T> work) throws Exception {
        Future<T> waiting = superuser.inTransaction(() -> {
            sql(lock, id).query().singleRow();
            Future<T> begun = async(work);
            Await.until(() -> sql("select exists (select from pg_locks where not granted)")
                    .query(Boolean.class)
                    .single());
            update(change, id);
            return begun;
        });
        return waiting.get();
    }

    /** Waits for what the test has begun. */
    @Override
    public void close() {
        threads.close();
    }
}
