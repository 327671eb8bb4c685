package dev.trainyard.db;

import java.time.Duration;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What keeps the database in order beside the planning: partitions, retention, and readers that take too long. */
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

    /** The limits of the readers' role are settings, which its sessions can change; this they cannot. */
    void endLongReaders() {
        endLongReaders(READERS_BUSY, READERS_STANDING, READERS_IDLE);
    }

    /** Ends sessions whose statement or transaction takes longer, that stand still in a transaction, or do nothing at all for so long. */
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
     * What a planner asks for now and then: partitions of the next months, and the end of what is not kept any longer. Each part is a
     * transaction of its own, and one that fails stops no other.
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
