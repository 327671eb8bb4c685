package dev.trainyard.db;

import java.time.Duration;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Maintenance of the database: partitions, retention, and the end of queries that run too long. */
final class HouseKeeping {

    private static final Duration READERS_BUSY = Duration.ofSeconds(60);
    private static final Duration READERS_STANDING = Duration.ofSeconds(30);
    private static final Duration READERS_IDLE = Duration.ofMinutes(10);

    private final JdbcClient sql;
    private final HostImages images;

    HouseKeeping(Database database) {
        this.sql = database.sql();
        this.images = new HostImages(database);
    }

    /** Enforces the limits of readers. Their sessions can change the settings of the role, but cannot prevent this. */
    void endLongReaders() {
        endLongReaders(READERS_BUSY, READERS_STANDING, READERS_IDLE);
    }

    /** Ends sessions whose statement or transaction runs too long, that are idle in a transaction, or idle altogether. */
    long endLongReaders(Duration busy, Duration standing, Duration idle) {
        return sql.sql("""
                select trainyard.end_long_readers(:busy * interval '1 second', :standing * interval '1 second', :idle * interval '1 second')""")
                .param("busy", busy.toSeconds())
                .param("standing", standing.toSeconds())
                .param("idle", idle.toSeconds())
                .query(Long.class)
                .single();
    }

    /**
     * Periodic maintenance, called by a planner: creates partitions of the next months and deletes expired data. Each part is a separate
     * transaction, and a failure of one does not stop the others.
     */
    void keep() {
        Parts.runAll(Stream.of(
                        Stream.of("job_event", "host_event", "log_chunk", "metric")
                                .map(table -> call("ensure_partitions(:table)", table)),
                        Stream.of("log_chunk", "metric").map(table -> call("drop_old_months(:table)", table)),
                        Stream.of(call("prune_journal()", ""), images::prune))
                .flatMap(parts -> parts));
    }

    private Runnable call(String function, String table) {
        return () -> sql.sql("select trainyard." + function)
                .param("table", table)
                .query()
                .singleRow();
    }
}
