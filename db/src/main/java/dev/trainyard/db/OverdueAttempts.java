package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Deadlines;
import dev.trainyard.core.lifecycle.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Attempts that remained in a state for longer than {@link Deadlines} allows. Only time during which a planner observed counts. */
final class OverdueAttempts {

    private final JdbcClient sql;
    private final JobEvents events;
    private final AbsentWorkerEndings endings;

    OverdueAttempts(Database database) {
        this.sql = database.sql();
        this.events = new JobEvents(sql);
        this.endings = new AbsentWorkerEndings(database);
    }

    /** The caller's transaction holds the planner's lock. */
    void end() {
        sql.sql("""
                        select w.id from trainyard.worker w
                        where exists (select from trainyard.attempt a
                                      where a.worker_id = w.id and a.state in ('RESERVED', 'PREPARING', 'COLLECTING'))
                        order by w.id for key share""").query(UUID.class).list();
        endUnclaimed();
        stopLatePreparations();
        endLateCollections();
    }

    /**
     * {@code unclaimed}: RESERVED→ENDED(START_TIMEOUT). A worker that begins at the same time wins if it gets the row lock first. After a
     * restore of the database, only once the worker has registered, because the container may already run.
     */
    private void endUnclaimed() {
        for (AttemptId id : overdue("RESERVED", Deadlines.CLAIM)) {
            AttemptStore.Locked locked = AttemptStore.lock(sql, id);
            if (locked.state() == AttemptState.RESERVED) {
                AttemptStore.end(sql, events, locked, endings.unclaimed(locked, Deadlines.CLAIM));
            }
        }
    }

    /** Requests a stop. Only the worker ends the attempt, because only it can ask the engine whether a container runs. */
    private void stopLatePreparations() {
        boolean any = false;
        for (AttemptId id : overdue("PREPARING", Deadlines.PREPARE)) {
            AttemptStore.Locked locked = AttemptStore.lock(sql, id);
            int stopped = sql.sql("""
                    update trainyard.attempt set stop_reason = :reason, stop_requested_at = clock_timestamp()
                    where id = :id and state = 'PREPARING' and stop_reason is null""")
                    .param("id", id.value())
                    .param("reason", StopReason.PREPARE_TIMEOUT.name())
                    .update();
            if (stopped == 1) {
                events.append(
                        locked.job(),
                        "attempt.stopping",
                        locked.attempt(),
                        Json.object(Map.of("reason", StopReason.PREPARE_TIMEOUT.name())));
                any = true;
            }
        }
        if (any) {
            Notifications.send(sql, Notifications.WORK);
        }
    }

    /** COLLECTING→ENDED by the recorded exit. A worker that returns later finds the attempt ended and removes the container. */
    private void endLateCollections() {
        for (AttemptId id : overdue("COLLECTING", Deadlines.COLLECT)) {
            AttemptStore.Locked locked = AttemptStore.lock(sql, id);
            if (locked.state() == AttemptState.COLLECTING) {
                AttemptStore.end(
                        sql,
                        events,
                        locked,
                        endings.collected(
                                locked,
                                "its outputs were not gathered within %d hours"
                                        .formatted(Deadlines.COLLECT.toHours())));
            }
        }
    }

    private List<AttemptId> overdue(String state, Duration deadline) {
        return sql.sql("""
                select a.id from trainyard.attempt a, trainyard.installation i
                where a.state = :state and a.state <> 'ENDED' and (a.stop_reason is null or a.state <> 'PREPARING')
                  and (a.state <> 'RESERVED' or exists (
                           select from trainyard.worker w where w.id = a.worker_id and w.incarnation is not null))
                  and clock_timestamp() - i.last_cycle < :within * interval '1 second'
                  and clock_timestamp() - greatest(a.state_since, i.serving_since) > :deadline * interval '1 second'
                order by a.job_id""")
                .param("state", state)
                .param("deadline", deadline.toSeconds())
                .param("within", PlanStore.OBSERVED_WITHIN.toSeconds())
                .query((row, n) -> new AttemptId(row.getObject("id", UUID.class)))
                .list();
    }
}
