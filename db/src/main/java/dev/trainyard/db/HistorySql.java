package dev.trainyard.db;

import dev.trainyard.core.text.Excerpt;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.Parser;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.util.RawValue;

/**
 * Runs people's SQL over the views of schema {@code history}: with {@link Role#SQL}, read-only, one statement, at most 30 seconds and
 * 10,000 rows.
 *
 * <p>Each query has its own connection, so that its settings, locks and cursors end with it.
 */
public final class HistorySql {

    public static final int MAX_ROWS = 10_000;

    /** Limits the total size of all values, because a row may contain a whole request. */
    private static final int MAX_CHARACTERS = 8 << 20;

    /** Added for each value, because an object needs more memory than a short text. */
    private static final int CHARACTERS_PER_VALUE = 24;

    /** Maximum length of an array that is parsed. A longer one is returned as text, because each element is an object. */
    private static final int LONGEST_ARRAY = 100_000;

    /** Maximum length of an error or hint. Postgres quotes a value that it cannot convert, even a very long one. */
    private static final int LONGEST_MESSAGE = 1_000;

    /** JSON parsers do not accept longer numbers. */
    private static final Pattern NUMBER = Pattern.compile("[-0-9.eE+]{1,1000}");

    private static final int AT_ONCE = 4;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration CANCEL_AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The guaranteed time of a query while others wait for its place. */
    private static final Duration TURN = Duration.ofSeconds(5);

    /** How long a query waits for a place. By then every running query has had its guaranteed time. */
    private static final Duration WAIT = Duration.ofSeconds(15);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final PostgresUrl url;
    private final Duration limit;
    private final Duration turn;
    private final Semaphore places = new Semaphore(AT_ONCE, true);

    /** In order of their start. */
    private final Queue<Running> running = new ConcurrentLinkedQueue<>();

    /** @param url without a user: login as {@link Role#SQL} */
    public HistorySql(PostgresUrl url) {
        this(url, LIMIT, TURN);
    }

    HistorySql(PostgresUrl url, Duration limit, Duration turn) {
        this.url = url.as(Role.SQL);
        this.limit = limit;
        this.turn = turn;
    }

    /** A running query, and why it was ended. */
    private static final class Running {

        private final long begunAt = System.nanoTime();
        private volatile boolean isToEnd;
        private volatile boolean gaveWay;

        boolean hasRun(Duration time) {
            return System.nanoTime() - begunAt > time.toNanos();
        }
    }

    /**
     * The result of a query.
     *
     * @param types Postgres' names of the column types: {@code text}, {@code timestamptz}, {@code int4}, …
     * @param rows values as {@code String}, {@code Number}, {@code Boolean}, {@code Instant}, or, for JSON and array columns,
     *     {@code List} and {@code Map} of these
     * @param truncated whether there are more rows
     */
    public record Result(
            List<String> columns, List<String> types, List<List<@Nullable Object>> rows, boolean truncated) {}

    /** The query is wrong or exceeds a limit. The message is from Postgres where possible. */
    public static final class QueryFailed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int position;
        private final @Nullable String hint;

        QueryFailed(String message, int position, @Nullable String hint) {
            super(message);
            this.position = position;
            this.hint = hint;
        }

        /** Position in the query, in characters from 1; 0 if unknown. */
        public int position() {
            return position;
        }

        public @Nullable String hint() {
            return hint;
        }
    }

    /** The address and user for people who connect to the database directly. */
    public PostgresUrl urlForPeople() {
        return Role.SQL.sqlName().equals(url.user()) ? url.withoutLogin().as(Role.READER) : url;
    }

    /**
     * Runs one query.
     *
     * @throws QueryFailed if the error is in the query
     * @throws DatabaseUnavailable if the error is in the database, or too many queries are running
     */
    public Result query(String query) {
        if (!acquire()) {
            throw new DatabaseUnavailable("%d queries are running already. Try again soon.".formatted(AT_ONCE));
        }
        Running mine = new Running();
        running.add(mine);
        try {
            return query(query, Fetch.ADAPTIVE, mine)
                    .orElseGet(() -> query(query, Fetch.ROW_BY_ROW, mine)
                            .orElseThrow(() -> new QueryFailed(
                                    "a value, a row or an error message is larger than can be shown here. Select part of it, or its length",
                                    0,
                                    null)));
        } finally {
            running.remove(mine);
            places.release();
        }
    }

    /** How many rows the driver requests at once. */
    private enum Fetch {
        /** Few at first, then as many as should fit by the size of the previous rows. It fails if large rows follow small ones. */
        ADAPTIVE,
        ROW_BY_ROW
    }

    /** Empty if a response of the database was too large. */
    private Optional<Result> query(String query, Fetch fetch, Running mine) {
        try (Connection connection = connect(fetch)) {
            Thread canceller = cancelWhenOver(mine, connection.unwrap(PGConnection.class));
            try {
                return Optional.of(run(connection, query, fetch));
            } finally {
                canceller.interrupt();
            }
        } catch (SQLException e) {
            if (isTooLarge(e)) {
                return Optional.empty();
            }
            throw failure(e, mine);
        }
    }

    /** The driver reports both limits as a broken connection. */
    private static boolean isTooLarge(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BoundedSockets.AnswerTooLarge) {
                return true;
            }
        }
        return serverMessage(e) == null && String.valueOf(e.getMessage()).contains("maxResultBuffer");
    }

    /** Null if the error is from the driver, not from Postgres. */
    private static @Nullable ServerErrorMessage serverMessage(SQLException e) {
        return e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    }

    /**
     * Postgres' own limit applies to each batch of rows separately, and a query can switch it off. This cancels repeatedly, because a
     * cancellation has no effect while the query waits for a request of the next batch.
     */
    private Thread cancelWhenOver(Running query, PGConnection connection) {
        return Thread.startVirtualThread(() -> {
            try {
                while (!query.isToEnd && !query.hasRun(limit)) {
                    Thread.sleep(LOOK_EVERY);
                }
                query.gaveWay = !query.hasRun(limit);
                while (true) {
                    connection.cancelQuery();
                    Thread.sleep(CANCEL_AGAIN_AFTER);
                }
            } catch (InterruptedException | SQLException e) {
                // The query is over.
            }
        });
    }

    /** While a query waits for a place, queries beyond their guaranteed time are ended, the oldest first. So a few sleeping queries cannot block all others. */
    private boolean acquire() {
        long begunAt = System.nanoTime();
        try {
            while (!places.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() - begunAt > WAIT.toNanos()) {
                    return false;
                }
                running.stream()
                        .limit(places.getQueueLength() + 1L)
                        .filter(query -> query.hasRun(turn))
                        .forEach(query -> query.isToEnd = true);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Connection connect(Fetch fetch) {
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
                "socketTimeout", Long.toString(limit.plusSeconds(10).toSeconds()));
        // One value, or an error that quotes it, could fill the heap.
        properties.setProperty("socketFactory", BoundedSockets.class.getName());
        properties.setProperty("maxResultBuffer", "6M");
        properties.setProperty("adaptiveFetch", Boolean.toString(fetch == Fetch.ADAPTIVE));
        properties.setProperty("adaptiveFetchMaximum", "100");
        try {
            return DriverManager.getConnection(url.jdbc(), properties);
        } catch (SQLException e) {
            throw Refusal.ofReader("Cannot log in to run the query at", url, e);
        }
    }

    private Result run(Connection connection, String query, Fetch fetch) throws SQLException {
        requireOneStatement(query);
        // The driver fetches rows in batches only within a transaction.
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = " + limit.toMillis());
            statement.setEscapeProcessing(false);
            statement.setMaxRows(MAX_ROWS + 1);
            statement.setFetchSize(fetch == Fetch.ADAPTIVE ? 4 : 1);
            if (!statement.execute(query)) {
                return new Result(List.of(), List.of(), List.of(), false);
            }
            try (ResultSet rows = statement.getResultSet()) {
                return read(rows);
            }
        }
    }

    /** The driver would split the text and run each statement. */
    private static void requireOneStatement(String query) throws SQLException {
        if (query.isBlank()) {
            throw new QueryFailed("the query is empty. Write one: select * from history.jobs", 0, null);
        }
        int statements =
                Parser.parseJdbcSql(query, true, false, true, false, false).size();
        if (statements > 1) {
            throw new QueryFailed("these are %d statements. Write one at a time".formatted(statements), 0, null);
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
                characters += CHARACTERS_PER_VALUE + (text == null ? 0 : text.length());
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

    /** The value as a JSON type where possible. Otherwise its text: {@code NaN}, {@code infinity}, JSON with a thousand levels. */
    private static @Nullable Object value(ResultSet rows, int column, ResultSetMetaData meta) throws SQLException {
        String text = rows.getString(column);
        if (text == null) {
            return null;
        }
        String type = meta.getColumnTypeName(column);
        try {
            if (type.startsWith("_") && text.length() <= LONGEST_ARRAY) {
                return ArrayText.parse(
                        text, type.equals("_box") ? ';' : ',', element -> scalar(element, type.substring(1)));
            }
            return type.equals("timestamptz") ? instant(rows, column, text) : scalar(text, type);
        } catch (IllegalArgumentException | JacksonException e) {
            return text;
        }
    }

    private static @Nullable Object scalar(String text, String type) {
        return switch (type) {
            case "bool" -> text.equals("t") || text.equals("true");
            case "int2", "int4", "int8", "oid" -> Long.parseLong(text);
            case "float4", "float8", "numeric" ->
                !NUMBER.matcher(text).matches()
                        ? text
                        // BigDecimal has no negative zero.
                        : text.equals("-0") ? new RawValue(text) : new BigDecimal(text);
            case "json", "jsonb" -> asItIs(text);
            default -> text;
        };
    }

    /** Returns Postgres' text unchanged, with repeated keys and all digits, after a check that other programs can parse it. */
    private static Object asItIs(String json) {
        Json.requireReadable(json);
        return new RawValue(json);
    }

    private static Object instant(ResultSet rows, int column, String text) {
        try {
            OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
            return time.equals(OffsetDateTime.MAX) || time.equals(OffsetDateTime.MIN) ? text : time.toInstant();
        } catch (SQLException e) {
            return text;
        }
    }

    private QueryFailed gaveWay() {
        return new QueryFailed(
                "the query was ended after %d s, because other queries were waiting. Narrow it with a where or a limit, or try again"
                        .formatted(turn.toSeconds()),
                0,
                null);
    }

    private QueryFailed tooSlow() {
        return new QueryFailed(
                "the query ran longer than %d s, which is the limit. Narrow it with a where or a limit"
                        .formatted(limit.toSeconds()),
                0,
                null);
    }

    private RuntimeException failure(SQLException e, Running query) {
        String message = String.valueOf(e.getMessage());
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        ServerErrorMessage server = serverMessage(e);
        if (server == null) {
            return failureOfDriver(e, message, state);
        }
        // 57P: the server shuts down. 57014: the statement timeout.
        if (state.startsWith("57P")) {
            return new DatabaseUnavailable("%s: %s".formatted(url, message), e);
        }
        if (state.equals("57014")) {
            return query.gaveWay ? gaveWay() : tooSlow();
        }
        // 42501: permission denied. 25006: a read-only transaction.
        boolean refused = state.equals("42501") || state.equals("25006");
        String hint = server.getHint() == null && refused
                ? "The history is read-only. Select from the views of the schema history."
                : server.getHint();
        return new QueryFailed(
                Excerpt.plain(String.valueOf(server.getMessage()), LONGEST_MESSAGE),
                server.getPosition(),
                hint == null ? null : Excerpt.plain(hint, LONGEST_MESSAGE));
    }

    /** An error of the driver without one of the server. Its message contains no text of the query. */
    private RuntimeException failureOfDriver(SQLException e, String message, String state) {
        if (message.contains("CopyManager") || message.contains("COPY")) {
            return new QueryFailed("COPY is not supported here. Write only the select", 0, null);
        }
        if (message.contains("parameter was changed to")) {
            return new QueryFailed(
                    "the query changes a setting of the session that must not change (client_encoding, DateStyle). Leave that out",
                    0,
                    null);
        }
        // Class 08: connection exceptions.
        return state.startsWith("08")
                ? new DatabaseUnavailable("%s: %s".formatted(url, message), e)
                : new QueryFailed(message, 0, null);
    }
}
