package dev.trainyard.db;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The record at which each process begins to read a partition. A record can end every process that reads it, for example if it unpacks to
 * gigabytes. Several processes that ended at the same record are evidence for this.
 */
public final class IntakeStarts {

    /** Two processes may have ended there by chance, or by another record of the same batch. */
    private static final int CAREFUL = 2;

    /** The later processes read the record alone. */
    private static final int GIVEN_UP = CAREFUL + 2;

    private final Database database;
    private final JdbcClient sql;
    private final UUID incarnation;

    public IntakeStarts(Database database, Incarnation me) {
        this.database = database;
        this.sql = database.sql();
        this.incarnation = me.id();
    }

    /** Whether to read records one by one, so that the record at which a process ends is known. */
    public boolean isCareful() {
        return sql.sql("select exists (select from trainyard.intake_start where deaths >= :deaths)")
                .param("deaths", CAREFUL - 1)
                .query(Boolean.class)
                .single();
    }

    /**
     * This process begins to read the partition at this record. It commits before the record is read.
     *
     * @return whether to skip the record, because too many processes in a row ended at it
     */
    public boolean begins(String topic, int partition, long offset) {
        return database.inTransaction(() -> sql.sql("""
                        insert into trainyard.intake_start as s (topic, partition, record_offset, incarnation)
                        values (:topic, :partition, :offset, :me)
                        on conflict (topic, partition) do update set
                            deaths = case when s.record_offset <> excluded.record_offset then 0
                                          when s.incarnation = excluded.incarnation then s.deaths
                                          else s.deaths + 1 end,
                            record_offset = excluded.record_offset, incarnation = excluded.incarnation, at = clock_timestamp()
                        returning deaths""")
                        .param("topic", topic)
                        .param("partition", partition)
                        .param("offset", offset)
                        .param("me", incarnation)
                        .query(Integer.class)
                        .single()
                >= GIVEN_UP);
    }

    /** This process gives the partition up, or has nothing to read there. If the process ends now, it is not because of its records. */
    public void ends(String topic, int partition) {
        database.inTransaction(() -> sql.sql("""
                        delete from trainyard.intake_start
                        where topic = :topic and partition = :partition and incarnation = :me""")
                .param("topic", topic)
                .param("partition", partition)
                .param("me", incarnation)
                .update());
    }
}
