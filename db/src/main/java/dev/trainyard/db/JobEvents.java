package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Appends events to {@code job_event}, in the transaction of the change that they describe. */
final class JobEvents {

    private final JdbcClient sql;

    JobEvents(JdbcClient sql) {
        this.sql = sql;
    }

    /** The caller holds the row lock of the job, so the event numbers are in order. {@code data} is a JSON object. */
    void append(JobId job, String type, @Nullable AttemptId attempt, String data) {
        sql.sql("""
                with numbered as (
                    update trainyard.job set last_event = last_event + 1 where id = :job returning id, last_event)
                insert into trainyard.job_event (job_id, seq, type, attempt_id, data)
                select id, last_event, :type, :attempt, :data::jsonb from numbered""")
                .param("job", job.value())
                .param("type", type)
                .param("attempt", attempt == null ? null : attempt.value(), java.sql.Types.OTHER)
                .param("data", data)
                .update();
    }
}
