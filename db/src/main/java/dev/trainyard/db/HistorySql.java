package dev.trainyard.db;

import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Parser;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * People's own SQL over the views of schema {@code history}: as {@link Role#READER}, read-only, one statement, within 30 seconds and
 * 10,000 rows.
 *
 * <p>Each query has a connection of its own: what it sets, locks or declares there goes away with it.
 */
public final class HistorySql {

    public static final int MAX_ROWS = 10_000;

    /** Beside the rows' number: rows may hold whole requests. */
    private static final int MAX_CHARACTERS = 8 << 20;

    private static final int AT_ONCE = 4;
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final PostgresUrl url;
    private final Semaphore running = new Semaphore(AT_ONCE);

    /** @param url of the reader's login; a URL without a user logs in as {@link Role#READER} */
    public HistorySql(PostgresUrl url) {
        this.url = url.as(Role.READER);
    }

    /**
     * What a query found.
     *
     * @param types of the columns, as Postgres calls them: {@code text}, {@code timestamptz}, {@code int4}, …
     * @param rows values as {@code String}, {@code Number}, {@code Boolean}, {@code Instant}, or, of JSON and array columns,
     *     {@code List} and {@code Map} of such
     * @param truncated whether there is more than is returned
     */
    public record Result(
            List<String> columns, List<String> types, List<List<@Nullable Object>> rows, boolean truncated) {}

    /** The query is wrong, or asks for too much; the message is Postgres' own. */
    public static final class QueryFailed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int position;
        private final @Nullable String hint;

        QueryFailed(String message, int position, @Nullable String hint) {
            super(message);
            this.position = position;
            this.hint = hint;
        }

        /** Where in the query, in characters from 1; 0: unknown. */
        public int position() {
            return position;
        }

        public @Nullable String hint() {
            return hint;
        }
    }

    /** Whom people log in as when they ask the database themselves. */
    public PostgresUrl url() {
        return url;
    }

    /**
     * Runs one query.
     *
     * @throws QueryFailed if the query is at fault
     * @throws DatabaseUnavailable if the database is, or too many queries run already
     */
    public Result query(String query) {
        if (!acquire()) {
            throw new DatabaseUnavailable("%d queries are running already. Try again soon.".formatted(AT_ONCE));
        }
        try (Connection connection = connect()) {
            return run(connection, query);
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            running.release();
        }
    }

    private boolean acquire() {
        try {
            return running.tryAcquire(CONNECT_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Connection connect() {
        Properties properties = new Properties();
        if (url.user() != null) {
            properties.setProperty("user", url.user());
        }
        if (url.password() != null) {
            properties.setProperty("password", url.password());
        }
        properties.setProperty("ApplicationName", "trainyard sql");
        properties.setProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
        properties.setProperty(
                "socketTimeout", Long.toString(STATEMENT_TIMEOUT.plusSeconds(10).toSeconds()));
        // One value may be as large as the whole heap: reading it is refused, not tried.
        properties.setProperty("maxResultBuffer", "16M");
        // Few rows first: how many fit into the buffer depends on how large they are.
        properties.setProperty("adaptiveFetch", "true");
        properties.setProperty("adaptiveFetchMaximum", "1000");
        try {
            return DriverManager.getConnection(url.jdbc(), properties);
        } catch (SQLException e) {
            throw new DatabaseUnavailable(
                    "Cannot log in at %s to run the query: %s. Start the server with --reader-postgres URL if the reader has a password."
                            .formatted(url, Migrations.rootMessage(e)),
                    e);
        }
    }

    private static Result run(Connection connection, String query) throws SQLException {
        requireOneStatement(query);
        // Rows come in portions only within a transaction.
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = " + STATEMENT_TIMEOUT.toMillis());
            statement.setEscapeProcessing(false);
            statement.setMaxRows(MAX_ROWS + 1);
            statement.setFetchSize(4);
            if (!statement.execute(query)) {
                return new Result(List.of(), List.of(), List.of(), false);
            }
            try (ResultSet rows = statement.getResultSet()) {
                return read(rows);
            }
        }
    }

    /** The driver would split the text and run each part. */
    private static void requireOneStatement(String query) throws SQLException {
        if (query.isBlank()) {
            throw new QueryFailed("the query is empty. Write one: select * from history.jobs", 0, null);
        }
        int statements =
                Parser.parseJdbcSql(query, true, false, true, false, false).size();
        if (statements > 1) {
            throw new QueryFailed("these are %d statements; one at a time".formatted(statements), 0, null);
        }
    }

    private static Result read(ResultSet rows) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        List<String> columns = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (int column = 1; column <= meta.getColumnCount(); column++) {
            columns.add(meta.getColumnLabel(column));
            types.add(meta.getColumnTypeName(column));
        }
        List<List<@Nullable Object>> read = new ArrayList<>();
        long characters = 0;
        boolean truncated = false;
        while (!truncated && rows.next()) {
            for (int column = 1; column <= columns.size(); column++) {
                String text = rows.getString(column);
                characters += text == null ? 0 : text.length();
            }
            truncated = read.size() == MAX_ROWS || characters > MAX_CHARACTERS;
            if (!truncated) {
                List<@Nullable Object> values = new ArrayList<>();
                for (int column = 1; column <= columns.size(); column++) {
                    values.add(value(rows, column, meta));
                }
                read.add(values);
            }
        }
        return new Result(columns, types, read, truncated);
    }

    private static @Nullable Object value(ResultSet rows, int column, ResultSetMetaData meta) throws SQLException {
        String text = rows.getString(column);
        if (text == null) {
            return null;
        }
        return switch (meta.getColumnType(column)) {
            case Types.BIT, Types.BOOLEAN ->
                meta.getColumnTypeName(column).equals("bool") ? rows.getBoolean(column) : text;
            case Types.SMALLINT, Types.INTEGER, Types.BIGINT -> rows.getLong(column);
            // NaN and infinity are no numbers of JSON.
            case Types.REAL, Types.DOUBLE, Types.NUMERIC ->
                text.matches("[-0-9.eE+]+") ? rows.getBigDecimal(column) : text;
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> instant(rows, column, meta, text);
            case Types.ARRAY -> array(rows.getArray(column));
            default -> meta.getColumnTypeName(column).startsWith("json") ? Json.value(text) : text;
        };
    }

    private static Object instant(ResultSet rows, int column, ResultSetMetaData meta, String text) throws SQLException {
        return meta.getColumnTypeName(column).equals("timestamptz") && !text.endsWith("infinity")
                ? rows.getObject(column, OffsetDateTime.class).toInstant()
                : text;
    }

    private static List<@Nullable Object> array(Array array) throws SQLException {
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object element : (@Nullable Object[]) array.getArray()) {
            elements.add(
                    element == null || element instanceof Number || element instanceof Boolean
                            ? element
                            : element instanceof Object[] nested ? Arrays.deepToString(nested) : element.toString());
        }
        return elements;
    }

    private RuntimeException failure(SQLException e) {
        String message = String.valueOf(e.getMessage());
        // The driver calls it a communication error, and has read no further.
        if (message.contains("maxResultBuffer")) {
            return new QueryFailed(
                    "a value is larger than can be shown here. Select part of it, or its length", 0, null);
        }
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        // Class 08: connection exceptions; 57P: the server goes down; 57014: the statement timeout.
        if (state.startsWith("08") || state.startsWith("57P")) {
            return new DatabaseUnavailable("%s: %s".formatted(url, message), e);
        }
        if (state.equals("57014")) {
            return new QueryFailed(
                    "the query ran longer than %d s, which is the limit. Narrow it by a where or a limit, or ask the database itself with psql"
                            .formatted(STATEMENT_TIMEOUT.toSeconds()),
                    0,
                    null);
        }
        ServerErrorMessage server = e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        if (server == null) {
            return new QueryFailed(message, 0, null);
        }
        // 42501: not permitted; 25006: a read-only transaction.
        boolean refused = state.equals("42501") || state.equals("25006");
        String hint = server.getHint() == null && refused
                ? "The history is read only: select from the views of the schema history; nothing can be changed here."
                : server.getHint();
        return new QueryFailed(String.valueOf(server.getMessage()), server.getPosition(), hint);
    }
}
