package dev.trainyard.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Waits for the database's notifications over one connection of its own. LISTEN comes first, then the caller reads: what commits in
 * between is not missed. A broken connection is made anew by the next call.
 */
public final class Notifications implements AutoCloseable {

    /** Something may be placed now: a job was queued, or something was released. */
    static final String PLAN = "plan";

    /** A worker has something to do: an attempt was reserved, or is to be stopped. */
    static final String WORK = "work";

    /** Whoever may run SQL may notify any channel as often as they like: so readers must not know its name. */
    private static final String NAME = "'trainyard_' || :channel || '_' || channel";

    /**
     * Of the queue of notifications, whose other half is left for what transactions at hand add to it. Anyone who may log in can fill it with a
     * NOTIFY of his own, and a transaction that notifies when it is full fails.
     */
    private static final double FULL_ENOUGH = 0.5;

    private final Database database;
    private final String channel;
    private @Nullable Connection connection;

    private Notifications(Database database, String channel) {
        this.database = database;
        this.channel = channel;
    }

    /**
     * Wakes who waits on the channel, when the transaction at hand commits. Not while the queue is too full: who waits looks every few seconds
     * by himself. Asking how full it is also frees what everybody has read.
     */
    static void send(JdbcClient sql, String channel) {
        sql.sql("select pg_notify(" + NAME
                        + ", '') from trainyard.installation where pg_notification_queue_usage() < :full")
                .param("channel", channel)
                .param("full", FULL_ENOUGH)
                .query()
                .listOfRows();
    }

    static String name(Connection connection, String channel) {
        return JdbcClient.create(new SingleConnectionDataSource(connection, true))
                .sql("select quote_ident(" + NAME + ") from trainyard.installation")
                .param("channel", channel)
                .query(String.class)
                .single();
    }

    public static Notifications ofPlanner(Database database) {
        return new Notifications(database, PLAN);
    }

    public static Notifications ofWorker(Database database) {
        return new Notifications(database, WORK);
    }

    /**
     * Returns when something was notified or the time is over; at once after (re)connecting, since what was notified before is not
     * known.
     *
     * @throws SQLException if the database does not answer
     */
    public void await(Duration atMost) throws SQLException {
        if (connection == null) {
            listen();
            return;
        }
        try {
            // What was notified says nothing beyond "look": the caller reads the tables.
            // To the driver, zero means for ever.
            connection.unwrap(PGConnection.class).getNotifications(Math.toIntExact(Math.max(atMost.toMillis(), 1)));
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    private void listen() throws SQLException {
        Connection fresh = database.dedicatedConnection();
        try (Statement statement = fresh.createStatement()) {
            statement.execute("listen " + name(fresh, channel));
        } catch (SQLException | RuntimeException e) {
            fresh.close();
            throw e;
        }
        connection = fresh;
    }

    @Override
    public void close() throws SQLException {
        Connection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }
}
