package dev.trainyard.db;

import dev.trainyard.core.event.Event;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The events that are still to be published. The transaction that makes an event puts it in, a trigger sees to that; the publisher takes
 * it out when it is published.
 */
public final class Outbox {

    private static final String LOCK = "hashtextextended('trainyard.events', 0)";

    /** What a publisher asks is answered in a moment: one that is not answered must not stay the publisher for ever. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

    /** Longer than a publisher may wait for Kafka. */
    private static final Duration SILENT_AT_MOST = Duration.ofSeconds(60);

    private final Database database;

    public Outbox(Database database) {
        this.database = database;
    }

    /**
     * An event to be published.
     *
     * @param number names it within the outbox
     */
    public record Pending(long number, Event event) {}

    /**
     * Makes the caller the publisher, unless somebody is.
     *
     * @throws SQLException if the database does not answer; what goes by the pool throws what that throws
     */
    public Optional<Publishing> publish() throws SQLException {
        // Over the pool, so that those who wait for their turn hold no connection.
        if (!database.sql()
                .sql("select pg_try_advisory_xact_lock(" + LOCK + ")")
                .query(Boolean.class)
                .single()) {
            return Optional.empty();
        }
        Publishing publishing = new Publishing(database.dedicatedConnection());
        try {
            if (publishing.begin()) {
                return Optional.of(publishing);
            }
            publishing.close();
            return Optional.empty();
        } catch (SQLException | RuntimeException e) {
            publishing.close();
            throw e;
        }
    }

    /**
     * The right to publish. It is a lock of one connection, by which the outbox is read and emptied: with the connection ends the right,
     * and both. Methods throw what Spring's JDBC throws. Not for several threads at once.
     */
    public static final class Publishing implements AutoCloseable {

        private final Connection connection;
        private final JdbcClient sql;

        private Publishing(Connection connection) {
            this.connection = connection;
            this.sql = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        }

        private boolean begin() throws SQLException {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(ANSWER_WITHIN.toMillis()));
            // A publisher that stands still, or whose host is cut off, ends by this: another takes its place.
            sql.sql("""
                    select set_config('idle_session_timeout', :millis, false)
                    where current_setting('server_version_num')::int >= 140000""")
                    .param("millis", Long.toString(SILENT_AT_MOST.toMillis()))
                    .query()
                    .listOfRows();
            return sql.sql("select pg_try_advisory_lock(" + LOCK + ")")
                    .query(Boolean.class)
                    .single();
        }

        /**
         * What waits, the oldest first. Of each job it is the first of what waits, in its order: to be published in that order, and none
         * before those that come before it are.
         *
         * @param atMost so many
         */
        public List<Pending> next(int atMost) {
            // Their names are looked up for these alone.
            return sql.sql("""
                    select e.id, e.worker_id, w.name as worker_name, %s
                    from (select * from trainyard.outbox order by id limit :limit) e
                    %s
                    left join trainyard.worker w on w.id = e.worker_id
                    order by e.id""".formatted(EventRows.COLUMNS, EventRows.NAMED))
                    .param("limit", atMost)
                    .query((row, n) -> pending(row))
                    .list();
        }

        private static Pending pending(ResultSet row) throws SQLException {
            return new Pending(
                    row.getLong("id"),
                    row.getObject("worker_id") == null ? EventRows.ofJob(row) : EventRows.ofWorker(row));
        }

        /** They are published: each of them by its own number, since those below may not have been seen yet. */
        public void published(Collection<Long> numbers) {
            if (numbers.isEmpty()) {
                return;
            }
            sql.sql("delete from trainyard.outbox where id = any(:numbers)")
                    .param("numbers", numbers.toArray(Long[]::new))
                    .update();
        }

        /** How long its session may be silent before the database ends it. */
        String idleAtMost() {
            return sql.sql("show idle_session_timeout").query(String.class).single();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
