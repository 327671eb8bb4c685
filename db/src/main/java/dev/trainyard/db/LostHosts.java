package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.db.AttemptStore.Locked;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Silent hosts that are declared LOST, and their return: {@code expire}, {@code reinstate}, {@code superseded}, {@code returned} and
 * {@code forget}, each the transaction of that name in docs/lifecycle.md. The containers of a silent host may still run. So their
 * reservations remain until the worker has stopped them, or an operator declares the host dead.
 */
public final class LostHosts {

    /** Condition: the worker renewed its lease recently enough to be trusted. */
    private static final String LIVE_LEASE = "l.renewed_at > clock_timestamp() - interval '30 seconds'";

    private static final String SILENT = """
            from trainyard.worker w
            join trainyard.worker_lease l on l.worker_id = w.id
            cross join trainyard.installation i
            where clock_timestamp() - i.last_cycle < interval '15 seconds'
              and clock_timestamp() - greatest(l.renewed_at, i.serving_since) >= i.host_lost_after
              and (w.state = 'ACTIVE' or w.state in ('DRAINING', 'STOPPED', 'LOST') and exists (
                       select from trainyard.attempt a
                       where a.worker_id = w.id and a.state in ('RESERVED', 'PREPARING', 'RUNNING')))
            """;

    private final Database database;
    private final JdbcClient sql;
    private final JobEvents events;

    public LostHosts(Database database) {
        this.database = database;
        this.sql = database.sql();
        this.events = new JobEvents(sql);
    }

    // By the planner --------------------------------------------------------------------------------------------------

    private record Silent(WorkerId worker, String state, long seconds) {}

    /**
     * {@code expire}: hosts that have been silent for the installation's {@code host_lost_after} become LOST, their attempts end HOST_LOST,
     * and their jobs return to their old places in the queue. The planner runs this transaction. One statement checks the silence and the
     * timestamp {@code last_cycle}, so that no host is lost because the database or the planner stood still.
     *
     * <p>If a host hangs in the middle of a transaction, its row is locked until the database ends the transaction. Such a host is skipped
     * until the next call, so that it does not block the others.
     *
     * <p>At most a tenth of the hosts, and at least one, is lost per minute. If many are silent at once, the network is the likelier reason.
     */
    void expire() {
        UUID[] suspects = sql.sql("select w.id " + SILENT + " order by w.id")
                .query(UUID.class)
                .list()
                .toArray(UUID[]::new);
        UUID[] locked = suspects.length == 0 ? suspects : lockWorkers(suspects, "for update skip locked");
        if (locked.length == 0) {
            return;
        }
        // Check again with the locked rows: a host may have reported before its row was locked.
        List<Silent> silent = sql.sql(
                        """
                select w.id, w.state,
                       extract(epoch from clock_timestamp() - greatest(l.renewed_at, i.serving_since))::bigint as seconds
                """ + SILENT + " and w.id = any(:ids) order by (w.state = 'LOST') desc, l.renewed_at, w.id")
                .param("ids", locked)
                .query((row, n) -> new Silent(
                        new WorkerId(row.getObject("id", UUID.class)), row.getString("state"), row.getLong("seconds")))
                .list();
        int left = lossesLeft();
        List<Silent> lost = new ArrayList<>();
        for (Silent host : silent) {
            if (host.state().equals("LOST")) {
                lost.add(host);
            } else if (left > 0) {
                left--;
                lost.add(host);
                sql.sql("update trainyard.worker set state = 'LOST', lost_at = clock_timestamp() where id = :id")
                        .param("id", host.worker().value())
                        .update();
                event(host.worker(), "worker.lost", Map.of("silentSeconds", host.seconds()));
            } else {
                sayWithheld(host);
            }
        }
        if (!lost.isEmpty()) {
            endAttempts(lost.stream().map(host -> host.worker().value()).toArray(UUID[]::new), "its host was lost");
        }
    }

    private int lossesLeft() {
        return sql.sql("""
                select greatest(1, count(*) filter (where state in ('ACTIVE', 'DRAINING', 'LOST')) / 10)
                       - count(*) filter (where lost_at > clock_timestamp() - interval '1 minute')
                from trainyard.worker where state <> 'FORGOTTEN'""").query(Integer.class).single();
    }

    /** Informs the operator, once per minute and host. */
    private void sayWithheld(Silent host) {
        sql.sql("""
                insert into trainyard.host_event (worker_id, type, data)
                select :worker, 'worker.loss-withheld', :data::jsonb
                where not exists (select from trainyard.host_event
                                  where worker_id = :worker and type = 'worker.loss-withheld'
                                    and at > clock_timestamp() - interval '1 minute')""")
                .param("worker", host.worker().value())
                .param(
                        "data",
                        Json.object(Map.of(
                                "silentSeconds", host.seconds(), "because", "too many hosts fell silent at once")))
                .update();
    }

    private UUID[] lockWorkers(UUID[] ids, String how) {
        return sql.sql("select id from trainyard.worker where id = any(:ids) order by id " + how)
                .param("ids", ids)
                .query(UUID.class)
                .list()
                .toArray(UUID[]::new);
    }

    /** Attempts that had begun keep their reservations, because they may still run. COLLECTING attempts are skipped: their exit is recorded. */
    private void endAttempts(UUID[] workers, String why) {
        List<AttemptId> attempts = sql.sql("""
                select id from trainyard.attempt
                where worker_id = any(:workers) and state in ('RESERVED', 'PREPARING', 'RUNNING') order by job_id""")
                .param("workers", workers)
                .query((row, n) -> new AttemptId(row.getObject("id", UUID.class)))
                .list();
        for (AttemptId id : attempts) {
            Locked locked = AttemptStore.lock(sql, id);
            if (locked.state() == AttemptState.COLLECTING || locked.state() == AttemptState.ENDED) {
                continue;
            }
            AttemptStore.End end = AbsentWorkerEndings.lost(why);
            AttemptStore.close(sql, events, locked, end);
            sql.sql("update trainyard.attempt set lost_in = :state where id = :id")
                    .param("state", locked.state().name())
                    .param("id", id.value())
                    .update();
            if (locked.state() == AttemptState.RESERVED) {
                AttemptStore.release(sql, id, true);
            }
            JobAfterAttempt.apply(sql, events, locked, end);
        }
    }

    // By a worker that is back ----------------------------------------------------------------------------------------

    private record Loss(@Nullable String lostIn, String job, boolean newest, boolean held, boolean leaseLives) {}

    private Loss loss(Locked locked) {
        return sql.sql("""
                select a.lost_in, j.state, j.attempts = a.number as newest,
                       exists (select from trainyard.reservation r where r.attempt_id = a.id and r.released_at is null) as held,
                       exists (select from trainyard.worker_lease l where l.worker_id = a.worker_id and %s) as live
                from trainyard.attempt a join trainyard.job j on j.id = a.job_id where a.id = :id""".formatted(LIVE_LEASE))
                .param("id", locked.attempt().value())
                .query((row, n) -> new Loss(
                        row.getString("lost_in"),
                        row.getString("state"),
                        row.getBoolean("newest"),
                        row.getBoolean("held"),
                        row.getBoolean("live")))
                .single();
    }

    /**
     * {@code reinstate}: ENDED(HOST_LOST) → the state in which the attempt was lost; its job becomes RUNNING. Only if its reservations are
     * still held, no newer attempt was placed, this worker's lease is valid, and the job waits: QUEUED, or HELD if the container started.
     *
     * @param started whether the attempt's container is known to have been started
     */
    public Outcome reinstate(Incarnation me, AttemptId id, boolean started) {
        return AttemptStore.transition(database, me, id, locked -> {
            if (locked.state() != AttemptState.ENDED) {
                return Outcome.APPLIED;
            }
            Loss loss = loss(locked);
            boolean waits = loss.job().equals("QUEUED") || loss.job().equals("HELD") && started;
            if (loss.lostIn() == null || !loss.newest() || !loss.held() || !loss.leaseLives() || !waits) {
                return Outcome.STALE;
            }
            sql.sql("""
                    update trainyard.attempt
                    set state = lost_in, state_since = clock_timestamp(), ended_at = null, cause = null, detail = null, lost_in = null
                    where id = :id""").param("id", id.value()).update();
            // A hold is remembered, as for any running job.
            sql.sql("""
                    update trainyard.job j
                    set state = 'RUNNING', not_before = null, waiting_because = null, hold_requested = (state = 'HELD'),
                        last_cause = (select a.cause from trainyard.attempt a where a.job_id = j.id and a.number = j.attempts - 1)
                    where id = :job""").param("job", locked.job().value()).update();
            events.append(locked.job(), "attempt.reinstated", id, "{}");
            return Outcome.APPLIED;
        });
    }

    /**
     * {@code superseded}: releases the reservations of an ENDED(HOST_LOST) attempt. The caller has checked that its container was removed
     * or never existed.
     *
     * @param ran whether its container was ever started. If so, the attempt is given up only if its job has ended or has a newer attempt
     */
    public Outcome superseded(Incarnation me, AttemptId id, boolean ran) {
        return AttemptStore.transition(database, me, id, locked -> {
            Loss loss = loss(locked);
            if (locked.state() != AttemptState.ENDED || loss.lostIn() == null) {
                return Outcome.STALE;
            }
            boolean replaced = !loss.newest()
                    || List.of("SUCCEEDED", "FAILED", "CANCELLED").contains(loss.job());
            if (ran && !replaced) {
                return Outcome.STALE;
            }
            if (loss.held()) {
                AttemptStore.release(sql, id, true);
                events.append(locked.job(), "attempt.superseded", id, "{}");
                Notifications.send(sql, Notifications.PLAN);
            }
            return Outcome.APPLIED;
        });
    }

    /** {@code returned}: LOST → ACTIVE, once all attempts that were lost with the host are settled. */
    public void returned(Incarnation me) {
        database.inTransaction(() -> {
            int back = sql.sql("""
                    update trainyard.worker w set state = 'ACTIVE'
                    where w.id = :worker and w.incarnation = :incarnation and w.state = 'LOST'
                      and exists (select from trainyard.worker_lease l where l.worker_id = w.id and %s)
                      and not exists (%s)""".formatted(LIVE_LEASE, UNSETTLED))
                    .param("worker", me.worker().value())
                    .param("incarnation", me.id())
                    .update();
            if (back == 1) {
                event(me.worker(), "worker.returned", Map.of());
                Notifications.send(sql, Notifications.PLAN);
            }
        });
    }

    /** Reservations of a worker {@code w} that belong to ended attempts. */
    static final String UNSETTLED = """
            select from trainyard.reservation r join trainyard.attempt a on a.id = r.attempt_id
            where r.worker_id = w.id and r.released_at is null and a.state = 'ENDED'""";

    // By an operator --------------------------------------------------------------------------------------------------

    /** The result of {@link #forget}. */
    public sealed interface Forgetting {}

    /** The worker is FORGOTTEN, permanently. */
    public record Forgotten(WorkerId worker, String name) implements Forgetting {}

    /** No worker has this name or id, except forgotten ones. */
    public record UnknownWorker() implements Forgetting {}

    /** The worker may still live: it is ACTIVE, or was heard of this many seconds ago. */
    public record StillThere(String name, long secondsAgo) implements Forgetting {}

    private record Named(
            UUID id, String name, String state, @Nullable Long silentSeconds) {}

    /**
     * {@code forget}: an operator declares that a host is permanently gone, or that nothing runs on it any more. Its attempts end, its
     * reservations are released, and no process can register as this worker again. Only for a worker that is LOST or STOPPED and silent.
     *
     * @param nameOrId name or id; if several workers have the name, the one that was heard of last
     */
    public Forgetting forget(String nameOrId, @Nullable String by) {
        return database.inTransaction(() -> {
            UUID[] ids = sql.sql("""
                    select w.id from trainyard.worker w left join trainyard.worker_lease l on l.worker_id = w.id
                    where (w.name = :name or w.id::text = :name) and w.state <> 'FORGOTTEN'
                    order by w.state in ('LOST', 'STOPPED') desc, l.renewed_at desc nulls last limit 1""")
                    .param("name", nameOrId)
                    .query(UUID.class)
                    .list()
                    .toArray(UUID[]::new);
            if (ids.length == 0) {
                return new UnknownWorker();
            }
            lockWorkers(ids, "for update");
            Named worker = sql.sql("""
                    select w.id, w.name, w.state, extract(epoch from clock_timestamp() - l.renewed_at)::bigint as silent
                    from trainyard.worker w left join trainyard.worker_lease l on l.worker_id = w.id where w.id = any(:ids)""")
                    .param("ids", ids)
                    .query((row, n) -> new Named(
                            row.getObject("id", UUID.class), row.getString("name"), row.getString("state"), (Long)
                                    row.getObject("silent")))
                    .single();
            if (worker.state().equals("FORGOTTEN")) {
                return new UnknownWorker();
            }
            long silent = worker.silentSeconds() == null ? Long.MAX_VALUE : worker.silentSeconds();
            boolean over = worker.state().equals("STOPPED") || worker.state().equals("LOST") && silent >= 30;
            if (!over) {
                return new StillThere(worker.name(), silent);
            }
            endAttempts(ids, "its host was declared dead");
            endCollecting(ids);
            releaseAll(ids);
            sql.sql("update trainyard.worker set state = 'FORGOTTEN', incarnation = null where id = any(:ids)")
                    .param("ids", ids)
                    .update();
            sql.sql("delete from trainyard.worker_lease where worker_id = any(:ids)")
                    .param("ids", ids)
                    .update();
            WorkerId id = new WorkerId(worker.id());
            event(id, "worker.forgotten", by == null ? Map.of() : Map.of("by", by));
            Notifications.send(sql, Notifications.PLAN);
            return new Forgotten(id, worker.name());
        });
    }

    private void endCollecting(UUID[] workers) {
        AbsentWorkerEndings endings = new AbsentWorkerEndings(database);
        List<AttemptId> collecting = sql.sql("""
                select id from trainyard.attempt where worker_id = any(:workers) and state = 'COLLECTING' order by job_id""")
                .param("workers", workers)
                .query((row, n) -> new AttemptId(row.getObject("id", UUID.class)))
                .list();
        for (AttemptId id : collecting) {
            Locked locked = AttemptStore.lock(sql, id);
            if (locked.state() == AttemptState.COLLECTING) {
                AttemptStore.end(
                        sql,
                        events,
                        locked,
                        endings.collected(locked, "its host was declared dead before its outputs were gathered"));
            }
        }
    }

    private void releaseAll(UUID[] workers) {
        sql.sql("""
                update trainyard.reservation set released_at = greatest(reserved_at, clock_timestamp())
                where worker_id = any(:workers) and released_at is null""").param("workers", workers, Types.ARRAY).update();
    }

    private void event(WorkerId worker, String type, Map<String, ?> data) {
        WorkerStore.event(sql, worker, type, data);
    }
}
