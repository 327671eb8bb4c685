package dev.trainyard.db;

import java.sql.Types;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Upgrades the schema to the version of this release. Only {@code trainyard migrate}, the server and standalone do this; a worker only
 * checks the version.
 */
public final class Migrations {

    /** Minimum version of the schema for this release. Later versions with the same major version also work. */
    static final int NEEDED_VERSION = 34;

    /** SQLState for "permission denied". */
    private static final String NOT_ALLOWED = "42501";

    private Migrations() {}

    /**
     * Migrates as the user in the URL. The first time, this user must have the right to create roles.
     *
     * @return number of applied migrations
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
            if (Refusal.sqlState(e).equals(NOT_ALLOWED)) {
                throw new DatabaseUnavailable(
                        "Cannot migrate %s: %s. Use a user with the right to create roles and schemas, such as postgres."
                                .formatted(url, Refusal.words(e)),
                        e);
            }
            throw Refusal.of("Cannot migrate", url, e);
        }
    }

    /**
     * Settings of the whole installation. Null leaves a setting unchanged.
     *
     * @param hostLostAfter how long a host may be silent before it is lost
     * @param keepLogs how long to keep logs in the database, in whole months; the copy in the outputs is not deleted
     * @param keepMetrics how long to keep metrics, in whole months
     * @param webhook address to call when a job ends or is held
     */
    public record Settings(
            @Nullable Duration hostLostAfter,
            @Nullable Duration keepLogs,
            @Nullable Duration keepMetrics,
            @Nullable WebhookUrl webhook) {

        /** Changes only the webhook. */
        public static Settings of(@Nullable WebhookUrl webhook) {
            return new Settings(null, null, null, webhook);
        }
    }

    /**
     * Applies the settings, as the user in the URL. The schema must be up to date.
     *
     * @throws DatabaseUnavailable if the server does not answer or refuses
     */
    public static void set(PostgresUrl url, Settings settings) {
        WebhookUrl webhook = settings.webhook();
        try {
            JdbcClient sql = JdbcClient.create(dataSource(url));
            if (webhook != null) {
                setWebhook(sql, webhook);
            }
            sql.sql("""
                            update trainyard.installation
                            set host_lost_after = coalesce(:lost * interval '1 second', host_lost_after),
                                keep_logs = coalesce(:logs * interval '1 second', keep_logs),
                                keep_metrics = coalesce(:metrics * interval '1 second', keep_metrics)""")
                    .param("lost", seconds(settings.hostLostAfter()), Types.BIGINT)
                    .param("logs", seconds(settings.keepLogs()), Types.BIGINT)
                    .param("metrics", seconds(settings.keepMetrics()), Types.BIGINT)
                    .update();
        } catch (DataAccessException e) {
            throw new DatabaseUnavailable("Cannot change %s: %s".formatted(url, rootMessage(e)), e);
        }
    }

    /**
     * {@code restored}: an operator declares that the database was restored from a backup. Every worker must register again, and then
     * compares the database with the containers on its host. Until then, its host gets no jobs, and its attempts do not count as unclaimed.
     *
     * @return number of workers that have to register again
     * @throws DatabaseUnavailable if the server does not answer or refuses
     */
    public static int restored(PostgresUrl url) {
        try {
            return JdbcClient.create(dataSource(url))
                    .sql("""
                            with gone as (
                                update trainyard.worker
                                set incarnation = null, state = case state when 'LOST' then 'LOST' else 'STOPPED' end
                                where state <> 'FORGOTTEN' returning id),
                            leases as (
                                update trainyard.worker_lease set incarnation = gen_random_uuid()
                                where worker_id in (select id from gone)),
                            said as (insert into trainyard.host_event (worker_id, type) select id, 'worker.restored' from gone)
                            select count(*) from gone""")
                    .query(Integer.class)
                    .single();
        } catch (DataAccessException e) {
            throw new DatabaseUnavailable("Cannot change %s: %s".formatted(url, rootMessage(e)), e);
        }
    }

    private static void setWebhook(JdbcClient sql, WebhookUrl webhook) {
        sql.sql("update trainyard.installation set webhook_url = :url")
                .param("url", webhook.text(), Types.VARCHAR)
                .update();
        if (webhook.text() == null) {
            // Delete pending calls. Otherwise a webhook that is set later would report old events.
            sql.sql("""
                    update trainyard.webhook_call set given_up_at = clock_timestamp(), last_error = 'the webhook was switched off'
                    where given_up_at is null""").update();
        }
    }

    private static @Nullable Long seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toSeconds();
    }

    private static DataSource dataSource(PostgresUrl url) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url.jdbc());
        dataSource.setUser(url.user());
        dataSource.setPassword(url.password());
        return dataSource;
    }

    /** @throws DatabaseUnavailable if the schema is missing or too old for this release, or if the user does not have the role */
    static void check(DataSource dataSource, PostgresUrl url, Role role) {
        JdbcClient sql = JdbcClient.create(dataSource);
        int version;
        try {
            version = Objects.requireNonNull(
                    sql.sql("select coalesce(max(version::int), 0) from migrations.schema_version where success")
                            .query(Integer.class)
                            .single());
        } catch (DataAccessException e) {
            throw switch (Refusal.sqlState(e)) {
                case "42P01", "3F000" ->
                    new DatabaseUnavailable(
                            "%s has no Trainyard schema. Run: trainyard migrate --postgres URL".formatted(url), e);
                case NOT_ALLOWED -> wrongRole(url, role, e);
                default -> Refusal.of("Cannot use", url, e);
            };
        }
        if (version < NEEDED_VERSION) {
            throw new DatabaseUnavailable(
                    "%s has schema version %d, this release needs %d. Run: trainyard migrate --postgres URL"
                            .formatted(url, version, NEEDED_VERSION));
        }
        boolean member = Objects.requireNonNull(sql.sql("select pg_has_role(current_user, :role, 'usage')")
                .param("role", role.sqlName())
                .query(Boolean.class)
                .single());
        if (!member) {
            throw wrongRole(url, role, null);
        }
    }

    private static DatabaseUnavailable wrongRole(PostgresUrl url, Role role, @Nullable Throwable cause) {
        String message = "Connected to %s, but the %s needs the role %s. Name that user in the URL, or none."
                .formatted(url, role.name().toLowerCase(Locale.ROOT), role.sqlName());
        return cause == null ? new DatabaseUnavailable(message) : new DatabaseUnavailable(message, cause);
    }

    static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
