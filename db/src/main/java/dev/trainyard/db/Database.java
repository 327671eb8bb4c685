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
 * A pool of connections with one {@link Role}, and the stores that use it. Each store method that changes something is one transaction,
 * READ COMMITTED.
 */
public final class Database implements AutoCloseable {

    /**
     * If a process hangs or its host loses power in the middle of a transaction, others wait for its row locks. This limits how long.
     */
    private static final String IDLE_IN_TRANSACTION = "-c idle_in_transaction_session_timeout=30s";

    /** In seconds. By default the driver waits without a limit for a server that accepts the connection and then hangs. */
    private static final String LOGIN_WITHIN = "10";

    /** Longer than any statement of a worker. Without it, the driver would wait for a vanished server until TCP gives up. */
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
     * @throws DatabaseUnavailable if it cannot be reached or refuses this user, if its schema is missing or too old, or if the user does not
     *     have this role
     */
    public static Database connect(PostgresUrl url, Role role, int poolSize) {
        PostgresUrl login = url.as(role);
        HikariDataSource pool = pool(login, role, poolSize, false);
        try {
            // The reader can access only the views, which are stable within the major version.
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
     * A pool for Spring Batch's journal. Its commits do not wait for the disk, because nothing depends on entries that a crash of the
     * database loses.
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
     * Returns if the database answers, accepts writes and has room in its lock table.
     *
     * @throws DatabaseUnavailable otherwise, at the latest after the ten seconds that a connection may take
     */
    public void requireAnswer() {
        try {
            // An advisory lock always needs room in the lock table. A weak lock of a table may not (fast path).
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

    /** Within a transaction: if the work fails, only the work is rolled back. */
    <T> T inSavepoint(Supplier<T> work) {
        return savepoint.execute(status -> work.get());
    }

    /** A separate connection outside the pool: for LISTEN, for the lease, for a long COPY. */
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
