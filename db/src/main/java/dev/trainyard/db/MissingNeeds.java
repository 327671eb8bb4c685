package dev.trainyard.db;

import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Fills in the columns of {@link JobNeeds} for jobs that an earlier release accepted. If a later release accepted the job and this one cannot
 * read its request, the job waits with this reason. It does not block other jobs.
 */
final class MissingNeeds {

    private static final int PAGE = 200;

    private final JdbcClient sql;

    private record Job(UUID id, String request) {}

    MissingNeeds(JdbcClient sql) {
        this.sql = sql;
    }

    /** In the caller's transaction. Skips jobs that another transaction is changing until the next call. */
    void fill() {
        UUID last = new UUID(0, 0);
        List<Job> page;
        do {
            page = sql.sql("""
                    select id, request::text as request from trainyard.job
                    where retry is null and state in ('QUEUED', 'HELD', 'RUNNING') and id > :last
                    order by id limit :page for update skip locked""")
                    .param("last", last)
                    .param("page", PAGE)
                    .query((row, n) -> new Job(row.getObject("id", UUID.class), row.getString("request")))
                    .list();
            page.forEach(this::fill);
            last = page.isEmpty() ? last : page.getLast().id();
        } while (page.size() == PAGE);
    }

    private void fill(Job job) {
        try {
            Request.Submit request = RequestCodec.accepted(job.request());
            JobNeeds.bind(
                            sql.sql("update trainyard.job set (%s) = (select %s) where id = :id"
                                    .formatted(JobNeeds.COLUMNS, JobNeeds.VALUES)),
                            request)
                    .param("id", job.id())
                    .update();
        } catch (InvalidRequest e) {
            sql.sql("update trainyard.job set waiting_because = :why where id = :id and state = 'QUEUED'")
                    .param("why", "this release cannot read its request: " + e.getMessage())
                    .param("id", job.id())
                    .update();
        }
    }
}
