package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.sql.Types;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Grants of files and folders that a job may mount in place. A server gives them to callers whom the kernel has identified. A grant is for one
 * request, by its digest, so nobody can use the grant of another.
 */
public final class InPlaceGrants {

    /** For a grant whose request is not accepted in this time. Kafka and the workers are far behind then, or the request never came. */
    static final Duration UNCLAIMED = Duration.ofHours(1);

    private final Database database;
    private final JdbcClient sql;

    public InPlaceGrants(Database database) {
        this.database = database;
        this.sql = database.sql();
    }

    /**
     * A grant.
     *
     * @param worker the only one that may run the job
     * @param places absolute paths
     */
    public record Grant(WorkerId worker, List<String> places) {}

    /**
     * Gives a grant, before its request is published. Giving it again for the same request changes nothing.
     *
     * @param digest of the request, {@code sha256:} and 64 hexadecimal digits
     * @param caller the account that the kernel named
     */
    public void give(JobId job, String digest, Grant grant, String caller) {
        database.inTransaction(() -> {
            // Jobs that are kept no longer, and requests that never came.
            sql.sql("""
                    delete from trainyard.in_place_grant g
                    where granted_at < clock_timestamp() - :unclaimed * interval '1 second'
                      and not exists (select from trainyard.job j where j.id = g.job_id)""").param("unclaimed", UNCLAIMED.toSeconds()).update();
            sql.sql("""
                    insert into trainyard.in_place_grant (job_id, digest, worker_id, granted_to, places)
                    values (:job, :digest, :worker, :caller, :places::text[])
                    on conflict (job_id) do nothing""")
                    .param("job", job.value())
                    .param("digest", bytes(digest))
                    .param("worker", grant.worker().value())
                    .param("caller", caller)
                    .param("places", grant.places().toArray(String[]::new), Types.ARRAY)
                    .update();
        });
    }

    /**
     * The grant of a request; empty: it may mount nothing in place.
     *
     * @param digest of the request that is executed, {@code sha256:} and 64 hexadecimal digits. Not the one in the job's row: workers can change
     *     that row
     */
    public Optional<Grant> find(JobId job, String digest) {
        return find(sql, job, bytes(digest));
    }

    static byte[] bytes(String digest) {
        return HexFormat.of().parseHex(digest.replaceFirst("^sha256:", ""));
    }

    static Optional<Grant> find(JdbcClient sql, JobId job, byte[] digest) {
        return sql.sql("""
                select worker_id, places from trainyard.in_place_grant where job_id = :job and digest = :digest""")
                .param("job", job.value())
                .param("digest", digest)
                .query((row, n) -> new Grant(new WorkerId(row.getObject("worker_id", UUID.class)), List.of((String[])
                        row.getArray("places").getArray())))
                .optional();
    }
}
