package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AfterAttempt;
import dev.trainyard.core.lifecycle.AfterAttempt.Again;
import dev.trainyard.core.lifecycle.AfterAttempt.FreeRetry;
import dev.trainyard.core.lifecycle.JobState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes the decision of {@link AfterAttempt}: the job's row, the host's refusal, the event. The caller holds the locks of both rows. */
final class JobAfterAttempt {

    private final JdbcClient sql;
    private final JobEvents events;
    private final AttemptStore.Locked locked;

    private JobAfterAttempt(JdbcClient sql, JobEvents events, AttemptStore.Locked locked) {
        this.sql = sql;
        this.events = events;
        this.locked = locked;
    }

    static void apply(JdbcClient sql, JobEvents events, AttemptStore.Locked locked, AttemptStore.End end) {
        AfterAttempt after = AfterAttempt.of(
                end.cause(), locked.cancelRequested(), locked.holdReason(), locked.counters(), end.retry());
        new JobAfterAttempt(sql, events, locked).apply(end.cause().name(), after);
        Notifications.send(sql, Notifications.PLAN);
    }

    private void apply(String cause, AfterAttempt after) {
        switch (after) {
            case AfterAttempt.Over(JobState state) -> {
                update("""
                        last_cause = :cause, state = :state, ended_at = greatest(queued_at, clock_timestamp()),
                        hold_requested = false, hold_reason = null""", Map.of("cause", cause, "state", state.name()));
                event("job.ended", Map.of("state", state.name()));
            }
            case AfterAttempt.Held(String reason, Again again) -> {
                if (again != null) {
                    goOn(again);
                }
                update(
                        "last_cause = :cause, state = 'HELD', hold_reason = :reason, hold_requested = false",
                        Map.of("cause", cause, "reason", reason));
                event("job.held", Map.of("reason", reason));
            }
            case AfterAttempt.Queued(Again again, FreeRetry free) -> {
                goOn(again);
                update("last_cause = :cause, state = 'QUEUED'", Map.of("cause", cause));
                event("job.queued", queued(again, free));
            }
        }
    }

    private void goOn(Again again) {
        if (again.elsewhere()) {
            // Valid only for this incarnation, because the next one may have another policy.
            sql.sql("""
                    update trainyard.attempt a set refused_by = w.incarnation
                    from trainyard.worker w where w.id = a.worker_id and a.id = :id""").param("id", locked.attempt().value()).update();
        }
        update(
                "retries_spent = :spent, free_in_a_row = :free, not_before = clock_timestamp() + :after * interval '1 millisecond'",
                Map.of(
                        "spent", again.counters().retriesSpent(),
                        "free", again.counters().freeInARow(),
                        "after", again.after().toMillis()));
    }

    private static Map<String, Object> queued(Again again, @Nullable FreeRetry free) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("afterMillis", again.after().toMillis());
        if (free != null) {
            data.put("freeRetry", free.number());
            data.put("of", free.of());
        }
        return data;
    }

    private void update(String assignments, Map<String, Object> values) {
        sql.sql("update trainyard.job set " + assignments + " where id = :job")
                .params(values)
                .param("job", locked.job().value())
                .update();
    }

    private void event(String type, Map<String, Object> data) {
        events.append(locked.job(), type, null, Json.object(data));
    }
}
