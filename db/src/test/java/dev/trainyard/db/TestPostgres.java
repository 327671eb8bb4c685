package dev.trainyard.db;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One real Postgres server per test JVM; a fresh, migrated database per call. */
public final class TestPostgres {

    private static final EmbeddedPostgres SERVER = start();
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    /** The URL of a new database that has been migrated, without a user: {@link Database#connect} logs in as its role. */
    public static PostgresUrl freshDatabase() {
        return create("template " + Migrated.TEMPLATE.database());
    }

    /** Migrated once per JVM: a copy of it is a new installation in a tenth of the time. */
    private static final class Migrated {

        private static final PostgresUrl TEMPLATE = emptyDatabase();

        static {
            Migrations.migrate(asSuperuser(TEMPLATE));
        }
    }

    /** The same database as the server's superuser. */
    public static PostgresUrl asSuperuser(PostgresUrl url) {
        return new PostgresUrl(url.host(), url.port(), url.database(), "postgres", null, "");
    }

    /** The URL of a new, empty database. */
    public static PostgresUrl emptyDatabase() {
        return create("");
    }

    private static PostgresUrl create(String like) {
        String name = "test_" + DATABASES.incrementAndGet();
        try (Connection connection = SERVER.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name + " " + like);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return PostgresUrl.parse("postgresql://localhost:%d/%s".formatted(SERVER.getPort(), name));
    }

    private static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", "200")
                    // The fewest that it takes, so that a test can fill them.
                    .setServerConfig("max_notify_queue_pages", "64")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
