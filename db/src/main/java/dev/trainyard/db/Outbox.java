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
 * The events that are still to be published. The transaction that makes an event puts it in, a trigger sees to that; the publisher takes
 * it out when it is published.
 */
public final class Outbox {

    /** A publisher that has not said for so long that it still is one is none: its process died, or stands still. */
    private static final Duration TURN = Duration.ofSeconds(15);

    private static final Duration RENEW_EVERY = Duration.ofSeconds(5);

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

    /** Makes the caller the publisher, unless somebody is. */
    public Optional<Publishing> publish() {
        Publishing publishing = new Publishing(database.sql());
        return publishing.take() ? Optional.of(publishing) : Optional.empty();
    }

    /**
     * The turn to publish: for 15 s, and then as long as {@link #kept} says so. It saves double work. If two publish at once, because one stood
     * still and did not notice that its turn was over, some events come twice: each publishes those of a job in their order, from the first
     * that is still in the outbox. Methods throw what Spring's JDBC throws. Not for several threads at once.
     */
    public static final class Publishing implements AutoCloseable {

        private final UUID holder = UUID.randomUUID();
        private final JdbcClient sql;
        private long renewedAt;

        private Publishing(JdbcClient sql) {
            this.sql = sql;
        }

        /** Whether it is still this publisher's turn, which this prolongs now and then. */
        public boolean kept() {
            return System.nanoTime() - renewedAt < RENEW_EVERY.toNanos() || take();
        }

        private boolean take() {
            renewedAt = System.nanoTime();
            // An end further away than any turn is long was set by a clock that has been put back since.
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

        /** Gives the turn back. */
        @Override
        public void close() {
            sql.sql("update trainyard.turn set holder = null where name = 'events' and holder = :holder")
                    .param("holder", holder)
                    .update();
        }
    }
}
