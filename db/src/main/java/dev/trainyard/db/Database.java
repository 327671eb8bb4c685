package dev.trainyard.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A pool of connections as one {@link Role}, and the stores over it. Transactions are READ COMMITTED; each store method that
 * changes something is one.
 */
public final class Database implements AutoCloseable {

    /**
     * A process that stands still, or a host that loses its power, in the middle of a transaction keeps its locks no longer than that:
     * they are on rows that others wait for.
     */
    private static final String IDLE_IN_TRANSACTION = "-c idle_in_transaction_session_timeout=30s";

    /** In seconds. The driver by itself waits for a server that accepts and then stands still as long as that takes. */
    private static final String LOGIN_WITHIN = "10";

    /** No statement of a worker takes as long; a server that vanished without a word would else be waited for until TCP gives up. */
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);

    private final PostgresUrl url;
    private final HikariDataSource pool;
    private final JdbcClient sql;
    private final TransactionTemplate transaction;
    private final TransactionTemplate savepoint;

    private Database(PostgresUrl url, HikariDataSource pool) {
        this.url = url;
        this.pool = pool;
        this.sql = JdbcClient.create(pool);
        DataSourceTransactionManager transactions = new DataSourceTransactionManager(pool);
        this.transaction = new TransactionTemplate(transactions);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        this.savepoint = new TransactionTemplate(transactions);
        savepoint.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    /**
     * Connects and checks the schema's version.
     *
     * @throws DatabaseUnavailable if it cannot be reached or does not let this user in, if its schema is missing or too old, or if the
     *     user has not this role
     */
    public static Database connect(PostgresUrl url, Role role, int poolSize) {
        PostgresUrl login = url.as(role);
        HikariDataSource pool = pool(login, role, poolSize, false);
        try {
            // The reader sees the views alone; those are a contract within the major version.
            if (role != Role.READER) {
                Migrations.check(pool, login, role);
            }
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        return new Database(login, pool);
    }

    /**
     * A pool for Spring Batch's journal: its commits do not wait for the disk, since what a crash of the database takes from it is missed
     * by nobody.
     */
    public HikariDataSource journal(int poolSize) {
        return pool(url, Role.WORKER, poolSize, true);
    }

    private static HikariDataSource pool(PostgresUrl login, Role role, int poolSize, boolean asynchronousCommit) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(login.jdbc());
        config.setUsername(login.user());
        config.setPassword(login.password());
        config.setPoolName("trainyard-" + role.name().toLowerCase(Locale.ROOT));
        config.setMaximumPoolSize(poolSize);
        config.setConnectionTimeout(Duration.ofSeconds(10).toMillis());
        config.setInitializationFailTimeout(1);
        config.addDataSourceProperty(
                "ApplicationName", "trainyard " + role.name().toLowerCase(Locale.ROOT));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("loginTimeout", LOGIN_WITHIN);
        config.addDataSourceProperty(
                "options", IDLE_IN_TRANSACTION + (asynchronousCommit ? " -c synchronous_commit=off" : ""));
        if (role == Role.WORKER) {
            config.addDataSourceProperty("socketTimeout", Long.toString(ANSWER_WITHIN.toSeconds()));
        }
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw Refusal.of("Cannot connect to", login, e);
        }
    }

    DataSource dataSource() {
        return pool;
    }

    /**
     * Returns if the database answers, takes writes and has room in its table of locks.
     *
     * @throws DatabaseUnavailable if it does not, at the latest after the ten seconds that a connection may take
     */
    public void requireAnswer() {
        try {
            // A lock of a table that few use needs no room in the table of locks; this one does.
            boolean readOnly = Objects.requireNonNull(sql.sql(
                            "select current_setting('transaction_read_only')::boolean from pg_try_advisory_xact_lock_shared(0)")
                    .query(Boolean.class)
                    .single());
            if (readOnly) {
                throw new DatabaseUnavailable("%s takes no writes".formatted(url));
            }
        } catch (DataAccessException e) {
            throw new DatabaseUnavailable("%s does not answer: %s".formatted(url, Refusal.words(e)), e);
        }
    }

    JdbcClient sql() {
        return sql;
    }

    <T> T inTransaction(Supplier<T> work) {
        return transaction.execute(status -> work.get());
    }

    void inTransaction(Runnable work) {
        transaction.executeWithoutResult(status -> work.run());
    }

    /** Within a transaction: a failure of the work undoes the work alone. */
    <T> T inSavepoint(Supplier<T> work) {
        return savepoint.execute(status -> work.get());
    }

    /** A connection of its own, outside the pool: for LISTEN, for the lease, for a long COPY. */
    Connection dedicatedConnection() throws SQLException {
        Properties properties = new Properties();
        if (url.user() != null) {
            properties.setProperty("user", url.user());
        }
        if (url.password() != null) {
            properties.setProperty("password", url.password());
        }
        properties.setProperty("ApplicationName", "trainyard dedicated");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("loginTimeout", LOGIN_WITHIN);
        return DriverManager.getConnection(url.jdbc(), properties);
    }

    @Override
    public void close() {
        pool.close();
    }
}
