package dev.trainyard.db;

import dev.trainyard.core.event.Event;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The events to publish. A trigger inserts an event in the transaction that creates it. The publisher deletes it after it is published.
 */
public final class Outbox {

    /** A publisher that has not prolonged its turn for this long loses it: its process has ended or hangs. */
    private static final Duration TURN = Duration.ofSeconds(15);

    private static final Duration RENEW_EVERY = Duration.ofSeconds(5);

    private final Database database;

    public Outbox(Database database) {
        this.database = database;
    }

    /**
     * An event to publish.
     *
     * @param number its id in the outbox
     */
    public record Pending(long number, Event event) {}

    /** Makes the caller the publisher, unless there is one. */
    public Optional<Publishing> publish() {
        Publishing publishing = new Publishing(database.sql());
        return publishing.take() ? Optional.of(publishing) : Optional.empty();
    }

    /**
     * The right to publish: for 15 s, then as long as {@link #kept} returns true. Its purpose is to avoid double work. If a publisher hung and
     * did not notice that its turn was over, two publish at once and some events are sent twice. Order is kept: each publishes the events of
     * a job in order, from the first one in the outbox. Methods throw the exceptions of Spring's JDBC. Not thread-safe.
     */
    public static final class Publishing implements AutoCloseable {

        private final UUID holder = UUID.randomUUID();
        private final JdbcClient sql;
        private long renewedAt;

        private Publishing(JdbcClient sql) {
            this.sql = sql;
        }

        /** Whether this publisher still has the turn. Prolongs it when necessary. */
        public boolean kept() {
            return System.nanoTime() - renewedAt < RENEW_EVERY.toNanos() || take();
        }

        private boolean take() {
            renewedAt = System.nanoTime();
            // If the end is further away than the length of a turn, the clock has been set back since.
            return sql.sql("""
                    update trainyard.turn set holder = :holder, until = clock_timestamp() + :turn * interval '1 second'
                    where name = 'events'
                      and (holder is null or holder = :holder
                           or until not between clock_timestamp() and clock_timestamp() + :turn * interval '1 second')""")
                            .param("holder", holder)
                            .param("turn", TURN.toSeconds())
                            .update()
                    == 1;
        }

        /**
         * The oldest waiting events. For each job, these are its first waiting events, in order. Publish them in that order, and none before
         * its predecessors are published.
         *
         * @param atMost maximum number
         */
        public List<Pending> next(int atMost) {
            // Look up names only for these events.
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

        /** Deletes published events, by their own numbers: events with lower numbers may not have been visible yet. */
        public void published(Collection<Long> numbers) {
            if (numbers.isEmpty()) {
                return;
            }
            sql.sql("delete from trainyard.outbox where id = any(:numbers)")
                    .param("numbers", numbers.toArray(Long[]::new))
                    .update();
        }

        /** Gives the turn back. */
        @Override
        public void close() {
            sql.sql("update trainyard.turn set holder = null where name = 'events' and holder = :holder")
                    .param("holder", holder)
                    .update();
        }
    }
}
