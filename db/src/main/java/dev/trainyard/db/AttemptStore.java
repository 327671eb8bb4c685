package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.CrashSuspicion;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The transitions of an attempt. Each method is the transaction of that name in docs/lifecycle.md: it locks worker, job and attempt in this
 * order, decides from the locked rows, and writes its event.
 *
 * <p>All throw {@link Replaced} if this process is no longer the worker, and {@link IllegalArgumentException} if the attempt belongs to
 * another worker.
 */
public final class AttemptStore {

    private static final String SELECT = """
            select a.*, extract(epoch from clock_timestamp() - a.started_at)::float8 as running_for,
                   coalesce(a.rests_until > clock_timestamp(), false) as rests, extract(epoch from a.trial)::float8 as trial_seconds,
                   extract(epoch from a.kill_at - clock_timestamp())::float8 as grace_left,
                   case when a.kill_requested_at > a.exited_at then 'NOTHING'
                        when j.cancel_requested_at > a.exited_at then 'NAMES' else 'ALL' end as outputs_wanted,
                   j.state as job_state, j.attempts = a.number as newest,
                   a.lost_in is not null and exists (select from trainyard.reservation r
                                                     where r.attempt_id = a.id and r.released_at is null) as unsettled,
                   coalesce((select array_agg(r.key order by d.index) from trainyard.reservation r
                             join trainyard.device d on d.key = r.key
                             where r.attempt_id = a.id and r.kind = 'DEVICE' and d.kind <> 'SLOT'), '{}') as hardware,
                   coalesce((select array_agg(r.key order by d.index) from trainyard.reservation r
                             join trainyard.device d on d.key = r.key
                             where r.attempt_id = a.id and r.kind = 'DEVICE' and d.kind = 'SLOT'), '{}') as stand_ins
            from trainyard.attempt a join trainyard.job j on j.id = a.job_id
            """;

    /** Ids of the attempts that the worker {@code :worker} has to run or finish. */
    static final String UNFINISHED = """
            select id from trainyard.attempt where worker_id = :worker and state <> 'ENDED'
            union all
            select attempt_id from trainyard.reservation where worker_id = :worker and released_at is null""";

    private final Database database;
    private final JdbcClient sql;
    private final JobEvents events;

    public AttemptStore(Database database) {
        this.database = database;
        this.sql = database.sql();
        this.events = new JobEvents(sql);
    }

    /** The attempts that this worker has to run or finish: those that have not ended, and lost ones that still hold reservations. */
    public List<Attempt> unfinishedOf(WorkerId worker) {
        return sql.sql(SELECT + "where a.id in (%s) order by a.reserved_at".formatted(UNFINISHED))
                .param("worker", worker.value())
                .query((row, n) -> attempt(row))
                .list();
    }

    public Optional<Attempt> find(AttemptId id) {
        return sql.sql(SELECT + "where a.id = :id")
                .param("id", id.value())
                .query((row, n) -> attempt(row))
                .optional();
    }

    /** The request of a job as JSON: the message as published, or the message that its draft resulted in. */
    public String request(JobId job) {
        return sql.sql("select request::text from trainyard.job where id = :job")
                .param("job", job.value())
                .query(String.class)
                .single();
    }

    /** RESERVED→PREPARING. The worker does nothing in the engine before this commits. */
    public Outcome begin(Incarnation me, AttemptId id, String outputsLocation) {
        return database.inTransaction(() -> {
            lockHost(me);
            return beginLocked(me, id, outputsLocation);
        });
    }

    /**
     * Attempts of one host begin one after the other, even if the host has several workers. So of two attempts that write to the same
     * place, at least the later one finds the other.
     */
    private void lockHost(Incarnation me) {
        String boot = sql.sql("select boot_id from trainyard.worker where id = :worker")
                .param("worker", me.worker().value())
                .query(String.class)
                .single();
        KeyLocks.take(sql, "host " + boot);
    }

    private Outcome beginLocked(Incarnation me, AttemptId id, String outputsLocation) {
        return transition(me, id, locked -> {
            if (locked.state() == AttemptState.PREPARING) {
                return Outcome.APPLIED;
            }
            if (locked.state() != AttemptState.RESERVED || locked.stopReason() != null) {
                return Outcome.STALE;
            }
            sql.sql("""
                    update trainyard.attempt
                    set state = 'PREPARING', state_since = clock_timestamp(), begun_at = clock_timestamp(), outputs_location = :location
                    where id = :id""")
                    .param("id", id.value())
                    .param("location", outputsLocation)
                    .update();
            events.append(locked.job(), "attempt.begun", id, "{}");
            return Outcome.APPLIED;
        });
    }

    /** The host has the image. The state stays PREPARING. */
    public Outcome imaged(Incarnation me, AttemptId id, String imageDigest) {
        return transition(me, id, locked -> {
            if (locked.state() != AttemptState.PREPARING) {
                return Outcome.STALE;
            }
            int first = sql.sql("""
                    update trainyard.attempt set image_digest = :digest, image_ready_at = clock_timestamp()
                    where id = :id and image_ready_at is null""")
                    .param("id", id.value())
                    .param("digest", imageDigest)
                    .update();
            if (first == 1) {
                events.append(locked.job(), "image.ready", id, Json.object(Map.of("digest", imageDigest)));
            }
            return Outcome.APPLIED;
        });
    }

    /** The container exists but is not started. The state stays PREPARING. */
    public Outcome created(Incarnation me, AttemptId id, String containerId, String containerName) {
        return transition(me, id, locked -> {
            if (locked.state() != AttemptState.PREPARING) {
                return Outcome.STALE;
            }
            int first = sql.sql("""
                    update trainyard.attempt set container_id = :container, container_name = :name, created_at = clock_timestamp()
                    where id = :id and container_id is null""")
                    .param("id", id.value())
                    .param("container", containerId)
                    .param("name", containerName)
                    .update();
            if (first == 1) {
                events.append(locked.job(), "container.created", id, Json.object(Map.of("container", containerId)));
            }
            return Outcome.APPLIED;
        });
    }

    /**
     * PREPARING→RUNNING, after the engine confirmed the start. Also clears a stop for late preparation that has not taken effect yet,
     * because the preparation is over.
     */
    public Outcome started(Incarnation me, AttemptId id, Instant engineStartedAt, List<String> argv) {
        return transition(me, id, locked -> {
            if (locked.state() == AttemptState.RUNNING) {
                return Outcome.APPLIED;
            }
            if (locked.state() != AttemptState.PREPARING) {
                return Outcome.STALE;
            }
            sql.sql("""
                    update trainyard.attempt
                    set state = 'RUNNING', state_since = clock_timestamp(), started_at = clock_timestamp(),
                        engine_started_at = :engineStartedAt, argv = :argv::jsonb, worker_deaths = 0, rests_until = null,
                        stop_reason = case when stop_reason = 'PREPARE_TIMEOUT' and stop_signalled_at is null
                                           then null else stop_reason end,
                        stop_requested_at = case when stop_reason = 'PREPARE_TIMEOUT' and stop_signalled_at is null
                                                 then null else stop_requested_at end
                    where id = :id""")
                    .param("id", id.value())
                    .param("engineStartedAt", engineStartedAt.atOffset(ZoneOffset.UTC))
                    .param("argv", Json.array(argv))
                    .update();
            events.append(locked.job(), "container.started", id, "{}");
            return Outcome.APPLIED;
        });
    }

    /** {@code stop}: the first reason wins. A COLLECTING attempt has already exited, so it is not stopped. */
    public Outcome stop(Incarnation me, AttemptId id, StopReason reason) {
        return transition(me, id, locked -> {
            if (locked.state() == AttemptState.COLLECTING || locked.state() == AttemptState.ENDED) {
                return Outcome.STALE;
            }
            if (locked.stopReason() == null) {
                sql.sql("""
                        update trainyard.attempt set stop_reason = :reason, stop_requested_at = clock_timestamp() where id = :id""")
                        .param("id", id.value())
                        .param("reason", reason.name())
                        .update();
                events.append(locked.job(), "attempt.stopping", id, Json.object(Map.of("reason", reason.name())));
                Notifications.send(sql, Notifications.WORK);
            }
            return Outcome.APPLIED;
        });
    }

    /**
     * Committed before the first stop signal is sent.
     *
     * @param grace until SIGKILL, from now. It also holds for a process that continues with the attempt later
     */
    public Outcome signalled(Incarnation me, AttemptId id, Duration grace) {
        return transition(me, id, locked -> {
            if (locked.state() != AttemptState.RUNNING || locked.stopReason() == null) {
                return Outcome.STALE;
            }
            int first = sql.sql("""
                    update trainyard.attempt
                    set stop_signalled_at = clock_timestamp(), kill_at = clock_timestamp() + :grace * interval '1 millisecond'
                    where id = :id and stop_signalled_at is null""")
                    .param("id", id.value())
                    .param("grace", grace.toMillis())
                    .update();
            if (first == 1) {
                events.append(locked.job(), "attempt.signalled", id, "{}");
            }
            return Outcome.APPLIED;
        });
    }

    /**
     * The recorded facts about a container that has ended.
     *
     * @param exitCode null if the container was removed before the worker read its exit code
     * @param engineFinishedAt by the engine's clock
     * @param engineLost whether the engine was restarted while it ran; a reboot found by {@code register} counts as well
     * @param deviceError the error of its devices; null if no error is known
     * @param killedBy what ended it from outside; null if nothing is known
     * @param fullDisk a disk that it wrote to and that is full; null if there is none
     */
    public record Exit(
            @Nullable Integer exitCode,
            boolean oomKilled,
            @Nullable String engineError,
            @Nullable Instant engineFinishedAt,
            boolean engineLost,
            @Nullable String deviceError,
            @Nullable String killedBy,
            @Nullable String fullDisk) {

        public Exit {
            engineError = engineError == null ? null : PostgresText.of(engineError);
            deviceError = deviceError == null ? null : PostgresText.of(deviceError);
            fullDisk = fullDisk == null ? null : PostgresText.of(fullDisk);
        }
    }

    /** RUNNING→COLLECTING: the container has ended, so its devices, slot and ports are released. */
    public Outcome exited(Incarnation me, AttemptId id, Exit exit) {
        return transition(me, id, locked -> {
            if (locked.state() == AttemptState.COLLECTING) {
                return Outcome.APPLIED;
            }
            if (locked.state() != AttemptState.RUNNING) {
                return Outcome.STALE;
            }
            sql.sql("""
                    update trainyard.attempt
                    set state = 'COLLECTING', state_since = clock_timestamp(), exited_at = greatest(started_at, clock_timestamp()),
                        exit_code = :exitCode, oom_killed = :oomKilled, engine_error = :engineError,
                        engine_finished_at = :engineFinishedAt, engine_lost = engine_lost or :engineLost, device_error = :deviceError,
                        killed_by = :killedBy, full_disk = :fullDisk, worker_deaths = 0, rests_until = null
                    where id = :id""")
                    .param("engineLost", exit.engineLost())
                    .param("deviceError", exit.deviceError(), Types.VARCHAR)
                    .param("killedBy", exit.killedBy(), Types.VARCHAR)
                    .param("fullDisk", exit.fullDisk(), Types.VARCHAR)
                    .param("id", id.value())
                    .param("exitCode", exit.exitCode(), Types.INTEGER)
                    .param("oomKilled", exit.oomKilled())
                    .param("engineError", exit.engineError(), Types.VARCHAR)
                    .param(
                            "engineFinishedAt",
                            exit.engineFinishedAt() == null
                                    ? null
                                    : exit.engineFinishedAt().atOffset(ZoneOffset.UTC),
                            Types.TIMESTAMP_WITH_TIMEZONE)
                    .update();
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("exitCode", exit.exitCode());
            events.append(locked.job(), "container.exited", id, Json.object(data));
            release(id, false);
            return Outcome.APPLIED;
        });
    }

    /**
     * How an attempt ended.
     *
     * @param detail what happened, for people
     * @param outputsComplete null if no container started
     * @param refusal why the engine refused to start the container; null if it did not refuse
     * @param retry computes the decision about a retry from the counters of the job
     */
    public record End(
            Cause cause,
            @Nullable String detail,
            @Nullable Boolean outputsComplete,
            @Nullable StartRefusal refusal,
            Function<Retry.Counters, Retry.Decision> retry) {

        public End {
            detail = detail == null ? null : PostgresText.of(detail);
        }

        /** An end without a refusal of the engine. */
        public End(
                Cause cause,
                @Nullable String detail,
                @Nullable Boolean outputsComplete,
                Function<Retry.Counters, Retry.Decision> retry) {
            this(cause, detail, outputsComplete, null, retry);
        }

        /** The same end, with the engine's refusal to start the container. */
        public End with(StartRefusal refused) {
            return new End(cause, detail, outputsComplete, refused, retry);
        }
    }

    /** COLLECTING→ENDED. */
    public Outcome ended(Incarnation me, AttemptId id, End end) {
        return transition(me, id, locked -> {
            if (locked.state() == AttemptState.ENDED) {
                return Outcome.APPLIED;
            }
            return locked.state() == AttemptState.COLLECTING ? end(sql, events, locked, end) : Outcome.STALE;
        });
    }

    /** RESERVED or PREPARING→ENDED: no container of the attempt has started or will start. */
    public Outcome failed(Incarnation me, AttemptId id, End end) {
        return transition(me, id, locked -> {
            if (locked.state() == AttemptState.ENDED) {
                return Outcome.APPLIED;
            }
            return locked.state() == AttemptState.RESERVED || locked.state() == AttemptState.PREPARING
                    ? end(sql, events, locked, end)
                    : Outcome.STALE;
        });
    }

    /** Ends an attempt and updates its job. The caller holds the locks of both rows. */
    static Outcome end(JdbcClient sql, JobEvents events, Locked locked, End end) {
        close(sql, events, locked, end);
        release(sql, locked.attempt(), true);
        JobAfterAttempt.apply(sql, events, locked, end);
        return Outcome.APPLIED;
    }

    /** Updates only the row of the attempt. */
    static void close(JdbcClient sql, JobEvents events, Locked locked, End end) {
        sql.sql("""
                update trainyard.attempt
                set state = 'ENDED', state_since = clock_timestamp(), ended_at = greatest(coalesce(exited_at, reserved_at), clock_timestamp()),
                    cause = :cause, detail = :detail, outputs_state = :outputs, start_refusal = :refusal
                where id = :id""")
                .param("id", locked.attempt().value())
                .param("cause", end.cause().name())
                .param("detail", end.detail(), Types.VARCHAR)
                .param("refusal", end.refusal() == null ? null : end.refusal().name(), Types.VARCHAR)
                .param(
                        "outputs",
                        end.outputsComplete() == null ? null : end.outputsComplete() ? "COMPLETE" : "INCOMPLETE",
                        Types.VARCHAR)
                .update();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("cause", end.cause().name());
        data.put("detail", end.detail());
        if (end.refusal() != null) {
            data.put("startRefusal", end.refusal().name());
        }
        events.append(locked.job(), "attempt.ended", locked.attempt(), Json.object(data));
    }

    private void release(AttemptId id, boolean all) {
        release(sql, id, all);
        Notifications.send(sql, Notifications.PLAN);
    }

    /** A named output location remains reserved until the outputs are gathered, so it is released only with {@code all}. */
    static void release(JdbcClient sql, AttemptId id, boolean all) {
        sql.sql("""
                update trainyard.reservation set released_at = greatest(reserved_at, clock_timestamp())
                where attempt_id = :id and released_at is null and (:all or kind <> 'LOCATION')""").param("id", id.value()).param("all", all).update();
    }

    /**
     * The locked rows of an attempt and its job.
     *
     * @param retry the job's retry policy as JSON; null if a later release wrote the request and this one cannot read it
     */
    record Locked(
            AttemptId attempt,
            JobId job,
            WorkerId worker,
            AttemptState state,
            @Nullable StopReason stopReason,
            boolean cancelRequested,
            @Nullable String holdReason,
            Retry.Counters counters,
            @Nullable String retry) {}

    private Outcome transition(Incarnation me, AttemptId id, Function<Locked, Outcome> change) {
        return transition(database, me, id, change);
    }

    /** Takes the locks for a worker's transaction on one of its attempts, then applies the change. */
    static Outcome transition(Database database, Incarnation me, AttemptId id, Function<Locked, Outcome> change) {
        return fenced(database, me, () -> {
            Locked locked = lock(database.sql(), id);
            if (!locked.worker().equals(me.worker())) {
                throw new IllegalArgumentException("attempt %s belongs to worker %s, not to worker %s"
                        .formatted(id, locked.worker(), me.worker()));
            }
            return change.apply(locked);
        });
    }

    /** Runs a transaction only if this incarnation is still the worker. */
    static <T> T fenced(Database database, Incarnation me, Supplier<T> work) {
        return database.inTransaction(() -> {
            // This waits while another transaction registers the worker again or declares it lost or forgotten. It does
            // not wait for other attempts of this worker.
            Optional<UUID> mine = database.sql()
                    .sql("""
                    select id from trainyard.worker
                    where id = :worker and incarnation = :incarnation and state <> 'FORGOTTEN' for key share""")
                    .param("worker", me.worker().value())
                    .param("incarnation", me.id())
                    .query(UUID.class)
                    .optional();
            if (mine.isEmpty()) {
                throw new Replaced(me);
            }
            return work.get();
        });
    }

    private record LockedJob(
            JobId id,
            boolean cancelRequested,
            @Nullable String holdReason,
            Retry.Counters counters,
            @Nullable String retry) {}

    /** Locks the job, then the attempt. Two statements, because each returns its row as it is when the lock is granted. */
    static Locked lock(JdbcClient sql, AttemptId id) {
        LockedJob job = sql.sql("""
                select id, cancel_requested_at is not null as cancelled, case when hold_requested then hold_reason end as hold,
                       retries_spent, free_in_a_row, retry::text
                from trainyard.job where id = (select job_id from trainyard.attempt where id = :attempt) for update""")
                .param("attempt", id.value())
                .query((row, n) -> new LockedJob(
                        new JobId(row.getObject("id", UUID.class)),
                        row.getBoolean("cancelled"),
                        row.getString("hold"),
                        new Retry.Counters(row.getInt("retries_spent"), row.getInt("free_in_a_row")),
                        row.getString("retry")))
                .single();
        return sql.sql("select worker_id, state, stop_reason from trainyard.attempt where id = :id for update")
                .param("id", id.value())
                .query((row, n) -> new Locked(
                        id,
                        job.id(),
                        new WorkerId(row.getObject("worker_id", UUID.class)),
                        AttemptState.valueOf(row.getString("state")),
                        stopReason(row),
                        job.cancelRequested(),
                        job.holdReason(),
                        job.counters(),
                        job.retry()))
                .single();
    }

    private static @Nullable StopReason stopReason(ResultSet row) throws SQLException {
        String reason = row.getString("stop_reason");
        return reason == null ? null : StopReason.valueOf(reason);
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        List<Attempt.Device> devices = new ArrayList<>();
        for (String key : strings(row.getArray("hardware"))) {
            devices.add(new Attempt.Device(key, false));
        }
        for (String key : strings(row.getArray("stand_ins"))) {
            devices.add(new Attempt.Device(key, true));
        }
        return new Attempt(
                new AttemptId(row.getObject("id", UUID.class)),
                new JobId(row.getObject("job_id", UUID.class)),
                row.getInt("number"),
                AttemptState.valueOf(row.getString("state")),
                stopReason(row),
                row.getTimestamp("stop_signalled_at") != null,
                row.getTimestamp("kill_requested_at") != null,
                Attempt.Wanted.valueOf(row.getString("outputs_wanted")),
                seconds(row, "grace_left"),
                row.getString("image_digest"),
                row.getString("container_id"),
                seconds(row, "running_for"),
                instant(row, "engine_started_at"),
                (Integer) row.getObject("exit_code"),
                (Boolean) row.getObject("oom_killed"),
                row.getBoolean("engine_lost"),
                row.getString("device_error"),
                row.getString("killed_by"),
                row.getString("full_disk"),
                row.getString("outputs_location"),
                List.copyOf(devices),
                row.getBoolean("unsettled")
                        ? new Attempt.Lost(
                                AttemptState.valueOf(row.getString("lost_in")),
                                JobState.valueOf(row.getString("job_state")),
                                row.getBoolean("newest"))
                        : null,
                row.getObject("in_hands_of", UUID.class),
                new CrashSuspicion(
                        row.getInt("worker_deaths"),
                        Duration.ofMillis(Math.round(row.getDouble("trial_seconds") * 1000))),
                row.getBoolean("rests"));
    }

    private static @Nullable Duration seconds(ResultSet row, String column) throws SQLException {
        double seconds = row.getDouble(column);
        // Negative if overdue, or if the database's clock was set back.
        return row.wasNull() ? null : Duration.ofMillis(Math.max(Math.round(seconds * 1000), 0));
    }

    private static String[] strings(Array array) throws SQLException {
        return (String[]) array.getArray();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
