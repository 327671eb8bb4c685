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
 * Waits for notifications of the database over its own connection. It sends LISTEN before the caller reads, so that no commit in between
 * is missed. The next call replaces a broken connection.
 */
public final class Notifications implements AutoCloseable {

    /** For the planner: a job was queued, or a resource was released. */
    static final String PLAN = "plan";

    /** For workers: an attempt was reserved, or must be stopped. */
    static final String WORK = "work";

    /** Everyone with SQL access can notify any channel, as often as they like. So readers must not know the name. */
    private static final String NAME = "'trainyard_' || :channel || '_' || channel";

    /**
     * Stop notifying when the notification queue is this full; the rest is for transactions in progress. Anyone who can log in can fill the
     * queue, and then every transaction that notifies fails.
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
     * Wakes the listeners of the channel when the current transaction commits. Skipped if the queue is too full, because listeners also
     * poll every few seconds. The query for the usage also makes Postgres free what all listeners have read.
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
     * Returns after a notification or when the time is over. Returns at once after it (re)connects, because earlier notifications may
     * have been missed.
     *
     * @throws SQLException if the database does not answer
     */
    public void await(Duration atMost) throws SQLException {
        if (connection == null) {
            listen();
            return;
        }
        try {
            // A notification has no contents: the caller reads the tables.
            // For the driver, zero means no limit.
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
