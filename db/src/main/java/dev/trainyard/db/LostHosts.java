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
 * Hosts that fell silent and are taken for lost, and their return: {@code expire}, {@code reinstate}, {@code superseded}, {@code
 * returned} and {@code forget}, each the transaction of that name in docs/lifecycle.md. Silence of a host is no proof that its
 * containers are dead: what they hold stays reserved until their worker has stopped them, or an operator declares the host dead.
 */
public final class LostHosts {

    /** A worker that was heard of more recently is not to be doubted. */
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
     * {@code expire}: hosts that have been silent for the installation's {@code host_lost_after} are LOST, their attempts end HOST_LOST, their
     * jobs are queued in their old places. A transaction of the planner's: the condition is looked at in one statement with the stamp {@code
     * last_cycle}, so that a database or planner that stood still loses nobody.
     *
     * <p>A host that stands still in the middle of a transaction has its own row locked, until the database ends that: it is left for the
     * next look, and holds up the loss of no other.
     *
     * <p>At most a tenth of the hosts, and at least one, is lost a minute: that all fall silent at once says more about the network.
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
        // Anew, from the locked rows: one may have been heard of before its row was locked.
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

    /** For the operator, once a minute and host. */
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

    /** What had begun keeps its reservations: it may still run. COLLECTING is left alone: its exit is recorded. */
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
     * {@code reinstate}: ENDED(HOST_LOST) → the state in which it was lost, its job RUNNING. Only while its reservations are held, no newer
     * attempt was placed, this worker's lease is live, and the job waits: QUEUED, or HELD if the container has started.
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
            // A hold is kept in mind, as one of a running job is.
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
     * {@code superseded}: what an ENDED(HOST_LOST) attempt still holds is freed. The caller knows that its container is dead and gone, or
     * that there was none.
     *
     * @param ran whether its container was ever started. One that ran is given up only where its job has ended or has a newer attempt
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

    /** {@code returned}: LOST → ACTIVE, once nothing that was lost with the host is left to settle. */
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

    /** Reservations of a worker {@code w} whose attempts have ended. */
    static final String UNSETTLED = """
            select from trainyard.reservation r join trainyard.attempt a on a.id = r.attempt_id
            where r.worker_id = w.id and r.released_at is null and a.state = 'ENDED'""";

    // By an operator --------------------------------------------------------------------------------------------------

    /** What {@link #forget} did. */
    public sealed interface Forgetting {}

    /** It is FORGOTTEN, for good. */
    public record Forgotten(WorkerId worker, String name) implements Forgetting {}

    /** No worker has this name or id, but for forgotten ones. */
    public record UnknownWorker() implements Forgetting {}

    /** It was not taken for dead: it is ACTIVE, or was heard of so many seconds ago. */
    public record StillThere(String name, long secondsAgo) implements Forgetting {}

    private record Named(
            UUID id, String name, String state, @Nullable Long silentSeconds) {}

    /**
     * {@code forget}: an operator's word that a host is gone for good, or that nothing of it runs any more. Its attempts end, everything it
     * holds is freed, and nobody can be this worker again. Only of a worker that is LOST or STOPPED and silent.
     *
     * @param nameOrId as the operator says it; of several with the name, the one that was heard of last
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
