package dev.trainyard.db;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Reads events of jobs and hosts, with names in addition to ids. */
final class EventRows {

    /** Columns of an event {@code e}, from {@link #NAMED}. */
    static final String COLUMNS = """
            i.id as installation, e.job_id, j.name as job_name, e.seq, e.attempt_id, a.number as attempt_number, e.type, e.at,
            e.data::text as data""";

    /** The joins that {@link #COLUMNS} needs for an event {@code e}. */
    static final String NAMED = """
            cross join trainyard.installation i
            left join trainyard.job j on j.id = e.job_id
            left join trainyard.attempt a on a.id = e.attempt_id""";

    private EventRows() {}

    static Event ofJob(ResultSet row) throws SQLException {
        UUID attempt = row.getObject("attempt_id", UUID.class);
        return event(
                row,
                new Event.OfJob(
                        new JobId(row.getObject("job_id", UUID.class)),
                        row.getString("job_name"),
                        row.getLong("seq"),
                        attempt == null ? null : new AttemptId(attempt),
                        (Integer) row.getObject("attempt_number")));
    }

    static Event ofWorker(ResultSet row) throws SQLException {
        return event(
                row,
                new Event.OfWorker(
                        new WorkerId(row.getObject("worker_id", UUID.class)),
                        row.getString("worker_name"),
                        row.getLong("id")));
    }

    private static Event event(ResultSet row, Event.Subject subject) throws SQLException {
        return new Event(
                row.getObject("installation", UUID.class),
                subject,
                row.getString("type"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("data"));
    }
}
