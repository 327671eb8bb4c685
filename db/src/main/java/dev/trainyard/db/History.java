package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The views of schema {@code history} as records. Causes, kinds and states of workers are text, because workers of the next release may
 * write values that this server does not know.
 */
public final class History {

    private static final int ALL_AT_ONCE = 1_000;

    private static final String ATTEMPT_COLUMNS = """
            a.attempt_id, a.number, a.state as attempt_state, a.cause, a.detail, a.start_refusal, a.exit_code, a.oom_killed, a.worker, a.host,
            a.devices, a.container_name, a.image_digest, a.argv, a.outputs_location, a.outputs_state, a.stop_reason,
            a.worker_deaths, a.rests_until,
            (select c.kill_at from trainyard.attempt c where c.id = a.attempt_id and a.state = 'RUNNING') as kill_at,
            a.reserved_at, a.started_at, a.exited_at, a.ended_at as attempt_ended_at
            """;

    private static final String SELECT_JOB = """
            select j.job_id, j.name, j.team, j.submitted_by, j.labels, j.priority, j.state, j.attempts, j.last_cause,
                   j.hold_reason, j.waiting_because, j.cancel_requested_at, j.accepted_at, j.not_before, j.ended_at,
                   case when j.cancel_requested_at is not null
                        then (select c.cancel_requested_by from trainyard.job c where c.id = j.job_id) end as cancelled_by,
                   (select c.free_in_a_row from trainyard.job c where c.id = j.job_id) as free_retries,
                   case when j.state = 'FAILED' then (
                       select string_agg(w.name || ': ' || c.cause || coalesce(', ' || c.detail, ''), '; ' order by c.number)
                       from trainyard.attempt c join trainyard.worker w on w.id = c.worker_id
                       where c.job_id = j.job_id and c.refused_by is not null
                       having bool_or(c.number = j.attempts) and count(*) > 1) end as refusals,
                   (select r.reason from history.rejected r where r.job_id = j.job_id order by r.id desc limit 1) as rejection,
            """ + ATTEMPT_COLUMNS + """
            from history.jobs j
            left join lateral (
                select * from history.attempts where job_id = j.job_id order by number desc limit 1) a on true
            """;

    private final JdbcClient sql;

    public History(Database database) {
        this.sql = database.sql();
    }

    /**
     * A job.
     *
     * @param cancelledBy who cancelled it, and why
     * @param freeRetries number of consecutive retries so far that did not count against the user
     * @param refusals the message of each host, if it ended because several hosts refused it
     * @param rejection why the newest record with the same id and other content was rejected
     * @param attempt the newest attempt
     */
    public record Job(
            JobId jobId,
            String name,
            @Nullable String team,
            @Nullable String submittedBy,
            Map<String, String> labels,
            int priority,
            JobState state,
            int attempts,
            int freeRetries,
            @Nullable String lastCause,
            @Nullable String holdReason,
            @Nullable String waitingBecause,
            @Nullable Instant cancelRequestedAt,
            @Nullable String cancelledBy,
            Instant acceptedAt,
            @Nullable Instant notBefore,
            @Nullable Instant endedAt,
            @Nullable String refusals,
            @Nullable String rejection,
            @Nullable Attempt attempt) {}

    /**
     * One run of a job.
     *
     * @param startRefusal why the engine refused to start its container: a name of {@link dev.trainyard.core.lifecycle.StartRefusal}
     * @param devices keys of the reserved devices
     * @param argv command line of the container, once it started
     * @param workerDeaths how many processes of its worker ended in a row while they had it in hand
     * @param restsUntil when it may be taken up again after such an end; null: at once
     * @param killAt end of the grace period, while it is being stopped
     */
    public record Attempt(
            AttemptId attemptId,
            int number,
            AttemptState state,
            @Nullable String cause,
            @Nullable String detail,
            @Nullable String startRefusal,
            @Nullable Integer exitCode,
            @Nullable Boolean oomKilled,
            String worker,
            String host,
            List<String> devices,
            @Nullable String containerName,
            @Nullable String imageDigest,
            @Nullable List<String> argv,
            @Nullable String outputsLocation,
            @Nullable String outputsState,
            @Nullable String stopReason,
            int workerDeaths,
            @Nullable Instant restsUntil,
            @Nullable Instant killAt,
            Instant reservedAt,
            @Nullable Instant startedAt,
            @Nullable Instant exitedAt,
            @Nullable Instant endedAt) {}

    /**
     * How complete and recent the recorded outputs of an attempt are.
     *
     * @param attemptState of the attempt
     * @param seenAt when the worker last read them while it ran; null for never
     * @param missing which outputs are not listed, and why; null if all are listed
     * @param supersededBy a later attempt that changed or removed some of the files; null if there is none
     */
    public record OutputPlace(
            String attemptState,
            @Nullable Instant seenAt,
            @Nullable String missing,
            @Nullable AttemptOfJob supersededBy) {}

    /** An attempt by its job and number, as people refer to it. */
    public record AttemptOfJob(JobId jobId, int attempt) {}

    /** A file in the outputs of an attempt. {@code path} is relative to these. */
    public record OutputFile(
            String path, String kind, long size, @Nullable String sha256, Instant modifiedAt) {}

    /** A worker. {@code lastSeenAt} is the last renewal of its lease. */
    public record Worker(
            WorkerId workerId,
            String name,
            String host,
            String state,
            String version,
            BigDecimal cpus,
            long memoryBytes,
            int runSlots,
            String outputsRoot,
            Instant registeredAt,
            @Nullable Instant lastSeenAt,
            int liveAttempts,
            @Nullable String unfitBecause) {}

    /** A device, and the job that holds it. */
    public record Gpu(
            String device,
            int index,
            String kind,
            String type,
            @Nullable Long memoryBytes,
            @Nullable String unhealthyBecause,
            boolean offered,
            String worker,
            String host,
            @Nullable AttemptId attemptId,
            @Nullable JobId jobId,
            @Nullable Instant reservedAt) {}

    /**
     * A job in the queue.
     *
     * @param place counts from 1
     * @param freeRetries number of consecutive retries so far that did not count against the user
     * @param lastCause cause of the end of its newest attempt
     * @param lastDetail the same in words
     */
    public record Queued(
            long place,
            JobId jobId,
            String name,
            @Nullable String team,
            int priority,
            Instant queuedAt,
            @Nullable Instant notBefore,
            int attempts,
            int freeRetries,
            @Nullable String waitingBecause,
            @Nullable String lastCause,
            @Nullable String lastDetail) {}

    public Optional<Job> job(JobId id) {
        return sql.sql(SELECT_JOB + "where j.job_id = :id")
                .param("id", id.value())
                .query((row, n) -> job(row))
                .optional();
    }

    /**
     * Jobs, newest first.
     *
     * @param after the last job of the previous page; null for the first page
     */
    public List<Job> jobs(JobFilter filter, @Nullable JobPlace after, int limit) {
        Conditions where = new Conditions();
        // States are literals, so that a generic plan can use the partial indexes of single states.
        where.add(
                !filter.states().isEmpty(),
                "j.state in ("
                        + filter.states().stream()
                                .map(state -> "'" + state.name() + "'")
                                .collect(Collectors.joining(", "))
                        + ")");
        where.equal("j.team", "team", filter.team());
        where.equal("j.name", "name", filter.name());
        where.equal("j.submitted_by", "person", filter.submittedBy());
        for (int i = 0; i < filter.labels().size(); i++) {
            JobFilter.Label label = filter.labels().get(i);
            where.add(
                            true,
                            "j.labels ->> :label%d %s"
                                    .formatted(i, label.value() == null ? "is not null" : "= :value" + i))
                    .param("label" + i, label.name())
                    .param("value" + i, label.value());
        }
        where.part("j.job_id", filter.idPart());
        where.since("j.accepted_at", filter.since());
        where.after("j.accepted_at", "j.job_id", after);
        return sql.sql(SELECT_JOB + where + "order by j.accepted_at desc, j.job_id limit :limit")
                .params(where.params())
                .param("limit", limit)
                .query((row, n) -> job(row))
                .list();
    }

    /** The ids that are not in the database. */
    public List<JobId> unknown(List<JobId> ids) {
        return ids.isEmpty()
                ? List.of()
                : sql.sql("""
                        select a.job_id from unnest(string_to_array(:ids, ',')::uuid[]) a (job_id)
                        where not exists (select from history.jobs j where j.job_id = a.job_id)
                          and not exists (select from history.rejected r where r.job_id = a.job_id)""")
                        .param("ids", ids.stream().map(JobId::toString).collect(Collectors.joining(",")))
                        .query((row, _) -> new JobId(row.getObject("job_id", UUID.class)))
                        .list();
    }

    /**
     * The draft of a job and its parameters.
     *
     * @param params a JSON object, as published
     */
    public record Training(String draft, int version, String params) {}

    /** Empty for a job without a draft. */
    public Optional<Training> training(JobId id) {
        return sql.sql("select draft, version, params::text as params from history.trainings where job_id = :job")
                .param("job", id.value())
                .query((row, _) -> new Training(row.getString("draft"), row.getInt("version"), row.getString("params")))
                .optional();
    }

    /**
     * The request of a job.
     *
     * @param json without values that are not public, unless the caller may see them
     * @param account that may see them, as root may; null: unknown
     */
    public record StoredRequest(String json, @Nullable String account) {}

    /**
     * Empty if no such job was accepted.
     *
     * @param caller the account that the kernel named; null: unknown
     */
    public Optional<StoredRequest> request(JobId id, @Nullable String caller) {
        return sql.sql("""
                select (case when :caller in (c.account, 'root') then c.request else j.request end)::text as request, c.account
                from history.jobs j join trainyard.job c on c.id = j.job_id
                where j.job_id = :job""")
                .param("job", id.value())
                .param("caller", caller, Types.VARCHAR)
                .query((row, _) -> new StoredRequest(row.getString("request"), row.getString("account")))
                .optional();
    }

    /** Why the newest record with this id was rejected. */
    public Optional<Rejected> rejection(JobId id) {
        return sql.sql(
                        "select job_id, rejected_at, reason from history.rejected where job_id = :id order by id desc limit 1")
                .param("id", id.value())
                .query((row, _) -> rejected(row))
                .optional();
    }

    /** A rejected request. */
    public record Rejected(JobId jobId, Instant rejectedAt, String reason) {}

    private static Rejected rejected(ResultSet row) throws SQLException {
        return new Rejected(
                new JobId(row.getObject("job_id", UUID.class)), time(row, "rejected_at"), row.getString("reason"));
    }

    /**
     * Rejected requests whose id no job has, newest first, each id once.
     *
     * @param among only these ids; null for any
     * @param idPart only ids that begin or end with it; null for any
     */
    public List<Rejected> rejected(
            @Nullable List<JobId> among,
            @Nullable IdPart idPart,
            @Nullable Instant since,
            @Nullable JobPlace after,
            int limit) {
        Conditions where = new Conditions();
        if (among != null) {
            where.add(true, "r.job_id = any(string_to_array(:among, ',')::uuid[])")
                    .param("among", among.stream().map(JobId::toString).collect(Collectors.joining(",")));
        }
        where.part("r.job_id", idPart);
        where.since("r.rejected_at", since);
        where.after("r.rejected_at", "r.job_id", after);
        // Scalar subqueries, because Postgres would convert "not exists" to joins, and read both tables completely.
        return sql.sql("select r.job_id, r.rejected_at, r.reason from history.rejected r " + where + """
                  and r.job_id is not null
                  and (select j.job_id from history.jobs j where j.job_id = r.job_id) is null
                  and (select max(n.id) from history.rejected n where n.job_id = r.job_id) = r.id
                order by r.rejected_at desc, r.job_id limit :limit""")
                .params(where.params())
                .param("limit", limit)
                .query((row, _) -> rejected(row))
                .list();
    }

    /** Digest ({@code sha256:…}) of the request that was accepted under this id, even if the job has been deleted since. */
    public Optional<String> acceptedDigest(JobId id) {
        return sql.sql("select digest from trainyard.job_seen where job_id = :id")
                .param("id", id.value())
                .query(byte[].class)
                .optional()
                .map(digest -> "sha256:" + HexFormat.of().formatHex(digest));
    }

    /** The attempts of a job in their order. */
    public Page<Attempt> attempts(JobId id, @Nullable Cursor after, int limit) {
        return Page.of(
                sql.sql(
                                "select " + ATTEMPT_COLUMNS
                                        + "from history.attempts a where a.job_id = :id and a.number > :after order by a.number limit :limit")
                        .param("id", id.value())
                        .param("after", after == null ? 0 : after.number(0))
                        .param("limit", limit + 1)
                        .query((row, n) -> attempt(row))
                        .list(),
                limit,
                attempt -> Cursor.of(attempt.number()));
    }

    /** Why the host of an attempt gets no new jobs, in words. Empty if its worker reports no obstacle. */
    public Optional<String> unfitHostOf(AttemptId attempt) {
        return sql.sql("""
                select w.unfit_because from history.workers w
                join history.attempts a on a.worker = w.name and a.host = w.host
                where a.attempt_id = :attempt and w.unfit_because is not null limit 1""")
                .param("attempt", attempt.value())
                .query(String.class)
                .optional();
    }

    public Optional<Attempt> attempt(JobId id, int number) {
        return sql.sql("select " + ATTEMPT_COLUMNS
                        + "from history.attempts a where a.job_id = :id and a.number = :number")
                .param("id", id.value())
                .param("number", number)
                .query((row, n) -> attempt(row))
                .optional();
    }

    /** How complete and recent the recorded outputs of the attempt are. */
    public OutputPlace outputPlace(AttemptId attempt) {
        return sql.sql("""
                select attempt_state, outputs_seen_at, outputs_missing, superseded_by_job, superseded_by_number from history.output_places
                where attempt_id = :attempt""")
                .param("attempt", attempt.value())
                .query((row, n) -> {
                    UUID later = row.getObject("superseded_by_job", UUID.class);
                    return new OutputPlace(
                            row.getString("attempt_state"),
                            timeOrNull(row, "outputs_seen_at"),
                            row.getString("outputs_missing"),
                            later == null
                                    ? null
                                    : new AttemptOfJob(new JobId(later), row.getInt("superseded_by_number")));
                })
                .single();
    }

    /** Checkpoints first, then by path. */
    public Page<OutputFile> outputs(AttemptId attempt, @Nullable Cursor after, int limit) {
        return Page.of(
                sql.sql("""
                        select path, kind, size_bytes, sha256, modified_at from history.outputs
                        where attempt_id = :attempt
                          and (:rank < 0 or (%1$s, path collate "C") > (:rank, :path collate "C"))
                        order by %1$s, path collate "C" limit :limit""".formatted("(case kind when 'CHECKPOINT' then 0 else 1 end)"))
                        .param("attempt", attempt.value())
                        .param("rank", after == null ? -1 : after.number(0))
                        .param("path", after == null ? "" : after.text(1))
                        .param("limit", limit + 1)
                        .query((row, n) -> new OutputFile(
                                row.getString("path"),
                                row.getString("kind"),
                                row.getLong("size_bytes"),
                                row.getString("sha256"),
                                time(row, "modified_at")))
                        .list(),
                limit,
                file -> Cursor.of(file.kind().equals("CHECKPOINT") ? 0 : 1, file.path()));
    }

    /** Number of files in the outputs of an attempt. */
    public long outputCount(AttemptId attempt) {
        return sql.sql("select count(*) from history.outputs where attempt_id = :attempt")
                .param("attempt", attempt.value())
                .query(Long.class)
                .single();
    }

    /** All workers, in one list. */
    public List<Worker> workers() {
        List<Worker> all = new ArrayList<>();
        Page<Worker> page = workers(null, ALL_AT_ONCE);
        all.addAll(page.items());
        while (page.next() != null) {
            page = workers(Cursor.parse(page.next()), ALL_AT_ONCE);
            all.addAll(page.items());
        }
        return all;
    }

    public Page<Worker> workers(@Nullable Cursor after, int limit) {
        return Page.of(
                sql.sql("select * from history.workers "
                                + (after == null ? "" : "where (name, worker_id) > (:name, :id) ")
                                + "order by name, worker_id limit :limit")
                        .param("name", after == null ? null : after.text(0))
                        .param("id", after == null ? null : after.id(1))
                        .param("limit", limit + 1)
                        .query((row, n) -> new Worker(
                                new WorkerId(row.getObject("worker_id", UUID.class)),
                                row.getString("name"),
                                row.getString("host"),
                                row.getString("state"),
                                row.getString("version"),
                                row.getBigDecimal("cpus"),
                                row.getLong("memory_bytes"),
                                row.getInt("run_slots"),
                                row.getString("outputs_root"),
                                time(row, "registered_at"),
                                timeOrNull(row, "last_seen_at"),
                                row.getInt("live_attempts"),
                                row.getString("unfit_because")))
                        .list(),
                limit,
                worker -> Cursor.of(worker.name(), worker.workerId()));
    }

    public Page<Gpu> gpus(@Nullable Cursor after, int limit) {
        return Page.of(
                sql.sql("select * from history.gpus "
                                + (after == null ? "" : "where (worker, index, device) > (:worker, :index, :device) ")
                                + "order by worker, index, device limit :limit")
                        .param("worker", after == null ? null : after.text(0))
                        .param("index", after == null ? null : after.number(1))
                        .param("device", after == null ? null : after.text(2))
                        .param("limit", limit + 1)
                        .query((row, n) -> gpu(row))
                        .list(),
                limit,
                gpu -> Cursor.of(gpu.worker(), gpu.index(), gpu.device()));
    }

    private static Gpu gpu(ResultSet row) throws SQLException {
        UUID attempt = row.getObject("attempt_id", UUID.class);
        UUID job = row.getObject("job_id", UUID.class);
        return new Gpu(
                row.getString("device"),
                row.getInt("index"),
                row.getString("kind"),
                row.getString("type"),
                (Long) row.getObject("memory_bytes"),
                row.getString("unhealthy_because"),
                row.getBoolean("offered"),
                row.getString("worker"),
                row.getString("host"),
                attempt == null ? null : new AttemptId(attempt),
                job == null ? null : new JobId(job),
                timeOrNull(row, "reserved_at"));
    }

    /** The queue in its order. */
    public Page<Queued> queue(@Nullable Cursor after, int limit) {
        int before = after == null ? 0 : after.number(0);
        // With this bound Postgres stops there. With only a limit it would number the whole queue first.
        List<Queued> read = sql.sql("""
                select q.*, a.cause, a.detail,
                       (select c.free_in_a_row from trainyard.job c where c.id = q.job_id) as free_retries
                from history.queue q
                left join lateral (
                    select cause, detail from history.attempts where job_id = q.job_id order by number desc limit 1) a on true
                where q.place > :before and q.place <= :before + :limit order by q.place""")
                .param("before", (long) before)
                .param("limit", limit + 1)
                .query((row, n) -> new Queued(
                        row.getLong("place"),
                        new JobId(row.getObject("job_id", UUID.class)),
                        row.getString("name"),
                        row.getString("team"),
                        row.getInt("priority"),
                        time(row, "queued_at"),
                        timeOrNull(row, "not_before"),
                        row.getInt("attempts"),
                        row.getInt("free_retries"),
                        row.getString("waiting_because"),
                        row.getString("cause"),
                        row.getString("detail")))
                .list();
        return Page.of(read, limit, queued -> Cursor.of(queued.place()));
    }

    /** The conditions of a query, with their parameters. */
    private static final class Conditions {

        private final List<String> all = new ArrayList<>(List.of("true"));
        private final Map<String, @Nullable Object> params = new HashMap<>();

        Conditions add(boolean asked, String condition) {
            if (asked) {
                all.add(condition);
            }
            return this;
        }

        Conditions param(String name, @Nullable Object value) {
            if (value != null) {
                params.put(name, value);
            }
            return this;
        }

        void equal(String column, String name, @Nullable String value) {
            add(value != null, column + " = :" + name).param(name, value);
        }

        /** Uses the primary key for beginnings, and the index of reversed ids for ends. */
        void part(String column, @Nullable IdPart part) {
            if (part == null) {
                return;
            }
            String end = "reverse(%s::text) collate \"C\" between :end and :end || 'g'".formatted(column);
            param("end", part.reversed());
            part.beginnings()
                    .ifPresentOrElse(
                            range -> add(true, "(%s between :first and :last or %s)".formatted(column, end))
                                    .param("first", range.first())
                                    .param("last", range.last()),
                            () -> add(true, end));
        }

        void since(String column, @Nullable Instant since) {
            add(since != null, column + " >= :since")
                    .param("since", since == null ? null : since.atOffset(ZoneOffset.UTC));
        }

        /** For rows ordered by time, newest first, then by id. */
        void after(String time, String id, @Nullable JobPlace place) {
            if (place != null) {
                add(true, "%1$s <= :at and (%1$s < :at or %2$s > :id)".formatted(time, id))
                        .param("at", place.at().atOffset(ZoneOffset.UTC))
                        .param("id", place.id().value());
            }
        }

        Map<String, @Nullable Object> params() {
            return params;
        }

        @Override
        public String toString() {
            return "where " + String.join(" and ", all) + "\n";
        }
    }

    private static Job job(ResultSet row) throws SQLException {
        return new Job(
                new JobId(row.getObject("job_id", UUID.class)),
                row.getString("name"),
                row.getString("team"),
                row.getString("submitted_by"),
                Json.texts(row.getString("labels")),
                row.getInt("priority"),
                JobState.valueOf(row.getString("state")),
                row.getInt("attempts"),
                row.getInt("free_retries"),
                row.getString("last_cause"),
                row.getString("hold_reason"),
                row.getString("waiting_because"),
                timeOrNull(row, "cancel_requested_at"),
                row.getString("cancelled_by"),
                time(row, "accepted_at"),
                timeOrNull(row, "not_before"),
                timeOrNull(row, "ended_at"),
                row.getString("refusals"),
                row.getString("rejection"),
                row.getObject("attempt_id") == null ? null : attempt(row));
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        Array devices = row.getArray("devices");
        String argv = row.getString("argv");
        return new Attempt(
                new AttemptId(row.getObject("attempt_id", UUID.class)),
                row.getInt("number"),
                AttemptState.valueOf(row.getString("attempt_state")),
                row.getString("cause"),
                row.getString("detail"),
                row.getString("start_refusal"),
                (Integer) row.getObject("exit_code"),
                (Boolean) row.getObject("oom_killed"),
                row.getString("worker"),
                row.getString("host"),
                devices == null ? List.of() : List.of((String[]) devices.getArray()),
                row.getString("container_name"),
                row.getString("image_digest"),
                argv == null ? null : Json.list(argv),
                row.getString("outputs_location"),
                row.getString("outputs_state"),
                row.getString("stop_reason"),
                row.getInt("worker_deaths"),
                timeOrNull(row, "rests_until"),
                timeOrNull(row, "kill_at"),
                time(row, "reserved_at"),
                timeOrNull(row, "started_at"),
                timeOrNull(row, "exited_at"),
                timeOrNull(row, "attempt_ended_at"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }

    private static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
