package dev.trainyard.db;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Brings the schema up to this release's version. Only {@code trainyard migrate}, the server and standalone do; a worker just
 * checks.
 */
public final class Migrations {

    /** The schema's version that this release writes; it works with any later one of the same major version. */
    static final int NEEDED_VERSION = 7;

    private Migrations() {}

    /**
     * Migrates as the user in the URL, who must be able to create roles the first time.
     *
     * @return how many migrations were applied
     * @throws DatabaseUnavailable if the server does not answer or refuses
     */
    public static int migrate(PostgresUrl url) {
        DataSource dataSource = dataSource(url);
        try {
            MigrateResult result = Flyway.configure()
                    .dataSource(dataSource)
                    .locations("classpath:db/migration")
                    .schemas("migrations")
                    .table("schema_version")
                    .load()
                    .migrate();
            return result.migrationsExecuted;
        } catch (FlywayException e) {
            throw new DatabaseUnavailable(
                    "Cannot migrate %s: %s. Check that the server runs and that this user may create roles and schemas."
                            .formatted(url, rootMessage(e)),
                    e);
        }
    }

    /**
     * Sets how long a host may be silent before it is lost; as the user in the URL, in a schema that is up to date.
     *
     * @throws DatabaseUnavailable if the server does not answer or refuses
     */
    public static void hostLostAfter(PostgresUrl url, Duration silence) {
        try {
            JdbcClient.create(dataSource(url))
                    .sql("update trainyard.installation set host_lost_after = :seconds * interval '1 second'")
                    .param("seconds", silence.toSeconds())
                    .update();
        } catch (DataAccessException e) {
            throw new DatabaseUnavailable("Cannot change %s: %s".formatted(url, rootMessage(e)), e);
        }
    }

    private static DataSource dataSource(PostgresUrl url) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url.jdbc());
        dataSource.setUser(url.user());
        dataSource.setPassword(url.password());
        return dataSource;
    }

    /** @throws DatabaseUnavailable if the schema is missing or older than this release needs */
    static void check(DataSource dataSource, PostgresUrl url) {
        int version;
        try {
            version = Objects.requireNonNull(JdbcClient.create(dataSource)
                    .sql("select coalesce(max(version::int), 0) from migrations.schema_version where success")
                    .query(Integer.class)
                    .single());
        } catch (DataAccessException e) {
            if (e.getRootCause() instanceof SQLException sql
                    && ("42P01".equals(sql.getSQLState())
                            || "3F000".equals(sql.getSQLState())
                            || "28000".equals(sql.getSQLState()))) {
                throw new DatabaseUnavailable(
                        "%s has no Trainyard schema. Run: trainyard migrate --postgres URL".formatted(url), e);
            }
            throw new DatabaseUnavailable("Cannot reach %s: %s".formatted(url, rootMessage(e)), e);
        }
        if (version < NEEDED_VERSION) {
            throw new DatabaseUnavailable(
                    "%s has schema version %d, this release needs %d. Run: trainyard migrate --postgres URL"
                            .formatted(url, version, NEEDED_VERSION));
        }
    }

    static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
