package dev.trainyard.db;

import dev.trainyard.core.request.JobId;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which account sent which request. A server records it of callers whom the kernel has identified. Each is for one request, by its digest, so
 * another request under the same id belongs to nobody.
 */
public final class Submissions {

    /** What the kernel calls all accounts of other user namespaces that it cannot name here. */
    private static final Set<String> UNNAMED = Set.of("nobody", "65534");

    private final Database database;
    private final JdbcClient sql;

    public Submissions(Database database) {
        this.database = database;
        this.sql = database.sql();
    }

    /**
     * Records the account of a request, before the request is published. The first account counts, and {@code nobody} is none.
     *
     * @param digest of the request, {@code sha256:} and 64 hexadecimal digits
     * @param account that the kernel named
     */
    public void record(JobId job, String digest, String account) {
        if (UNNAMED.contains(account)) {
            return;
        }
        database.inTransaction(() -> {
            // Intake has read them, or their requests never came.
            sql.sql("""
                    delete from trainyard.submission
                    where submitted_at < clock_timestamp() - :unclaimed * interval '1 second'""").param("unclaimed", InPlaceGrants.UNCLAIMED.toSeconds()).update();
            sql.sql("""
                    insert into trainyard.submission (job_id, digest, account) values (:job, :digest, :account)
                    on conflict (job_id, digest) do nothing""")
                    .param("job", job.value())
                    .param("digest", InPlaceGrants.bytes(digest))
                    .param("account", account)
                    .update();
        });
    }
}
