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
 * People's own SQL over the views of schema {@code history}: as {@link Role#SQL}, read-only, one statement, within 30 seconds and
 * 10,000 rows.
 *
 * <p>Each query has a connection of its own: what it sets, locks or declares there goes away with it.
 */
public final class HistorySql {

    public static final int MAX_ROWS = 10_000;

    /** Bounds the values of a result together, since a row may hold a whole request. */
    private static final int MAX_CHARACTERS = 8 << 20;

    /** Added for each value: its object takes more memory than a short text. */
    private static final int CHARACTERS_PER_VALUE = 24;

    /** Of an array whose elements are read. A longer one is returned as text, because each element is an object. */
    private static final int LONGEST_ARRAY = 100_000;

    /** Of an error or a hint. Postgres quotes the value that it cannot convert, however long it is. */
    private static final int LONGEST_MESSAGE = 1_000;

    /** Readers of JSON take no longer ones. */
    private static final Pattern NUMBER = Pattern.compile("[-0-9.eE+]{1,1000}");

    private static final int AT_ONCE = 4;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration CANCEL_AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** What a query may take while others wait for its place. */
    private static final Duration TURN = Duration.ofSeconds(5);

    /** How long one waits for a place: by then whoever holds one has had its turn. */
    private static final Duration WAIT = Duration.ofSeconds(15);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final PostgresUrl url;
    private final Duration limit;
    private final Duration turn;
    private final Semaphore places = new Semaphore(AT_ONCE, true);

    /** In the order in which they began. */
    private final Queue<Running> running = new ConcurrentLinkedQueue<>();

    /** @param url a URL without a user logs in as {@link Role#SQL} */
    public HistorySql(PostgresUrl url) {
        this(url, LIMIT, TURN);
    }

    HistorySql(PostgresUrl url, Duration limit, Duration turn) {
        this.url = url.as(Role.SQL);
        this.limit = limit;
        this.turn = turn;
    }

    /** A query, and how it is to be ended. */
    private static final class Running {

        private final long begunAt = System.nanoTime();
        private volatile boolean isToEnd;
        private volatile boolean gaveWay;

        boolean hasRun(Duration time) {
            return System.nanoTime() - begunAt > time.toNanos();
        }
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

    /** Where people log in when they ask the database themselves, and as whom. */
    public PostgresUrl urlForPeople() {
        return Role.SQL.sqlName().equals(url.user()) ? url.withoutLogin().as(Role.READER) : url;
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

    /** How many rows the driver asks for at once. */
    private enum Fetch {
        /** Few at first, then as many as fit by the size of those before. It fails if large rows follow small ones. */
        ADAPTIVE,
        ROW_BY_ROW
    }

    /** Empty if an answer of the database was too large. */
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

    /** The driver reports both as a broken connection. */
    private static boolean isTooLarge(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BoundedSockets.AnswerTooLarge) {
                return true;
            }
        }
        return serverMessage(e) == null && String.valueOf(e.getMessage()).contains("maxResultBuffer");
    }

    /** Null: the driver failed, and Postgres said nothing. */
    private static @Nullable ServerErrorMessage serverMessage(SQLException e) {
        return e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    }

    /**
     * Postgres' own limit counts anew for each portion of rows, and a query can switch it off. Over and over, since cancelling does nothing to
     * a query that waits for us to ask for the next portion.
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
                // It is over.
            }
        });
    }

    /** While somebody waits, queries that have had their turn are ended, the longest first: four that sleep keep nobody else from asking. */
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
        // A single value, or an error that quotes it, may be as large as the whole heap.
        properties.setProperty("socketFactory", BoundedSockets.class.getName());
        properties.setProperty("maxResultBuffer", "6M");
        properties.setProperty("adaptiveFetch", Boolean.toString(fetch == Fetch.ADAPTIVE));
        properties.setProperty("adaptiveFetchMaximum", "100");
        try {
            return DriverManager.getConnection(url.jdbc(), properties);
        } catch (SQLException e) {
            throw new DatabaseUnavailable(
                    "Cannot log in at %s to run the query: %s. Start the server with --reader-postgres URL, where the URL names a user and its password."
                            .formatted(url, Migrations.rootMessage(e)),
                    e);
        }
    }

    private Result run(Connection connection, String query, Fetch fetch) throws SQLException {
        requireOneStatement(query);
        // Rows come in portions only within a transaction.
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

    /** The value as JSON knows it where its text is one of that kind, else the text: {@code NaN}, {@code infinity}, JSON a thousand levels deep. */
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
                        // What a BigDecimal does not have.
                        : text.equals("-0") ? new RawValue(text) : new BigDecimal(text);
            case "json", "jsonb" -> asItIs(text);
            default -> text;
        };
    }

    /** Read, to know that others can read it, and passed on as Postgres has it: with a key that stands there twice, and all digits. */
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
                "the query was ended after %d s, since other queries waited for its place. Narrow it by a where or a limit, or try again"
                        .formatted(turn.toSeconds()),
                0,
                null);
    }

    private QueryFailed tooSlow() {
        return new QueryFailed(
                "the query ran longer than %d s, which is the limit. Narrow it by a where or a limit"
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
        // 57P: the server goes down; 57014: the statement timeout.
        if (state.startsWith("57P")) {
            return new DatabaseUnavailable("%s: %s".formatted(url, message), e);
        }
        if (state.equals("57014")) {
            return query.gaveWay ? gaveWay() : tooSlow();
        }
        // 42501: not permitted; 25006: a read-only transaction.
        boolean refused = state.equals("42501") || state.equals("25006");
        String hint = server.getHint() == null && refused
                ? "The history is read only: select from the views of the schema history; nothing can be changed here."
                : server.getHint();
        return new QueryFailed(
                Excerpt.plain(String.valueOf(server.getMessage()), LONGEST_MESSAGE),
                server.getPosition(),
                hint == null ? null : Excerpt.plain(hint, LONGEST_MESSAGE));
    }

    /** The server has said nothing, so that no word of the message is the query's own. */
    private RuntimeException failureOfDriver(SQLException e, String message, String state) {
        if (message.contains("CopyManager") || message.contains("COPY")) {
            return new QueryFailed("the query copies, which is not done here. Write the select alone", 0, null);
        }
        if (message.contains("parameter was changed to")) {
            return new QueryFailed(
                    "the query changes a setting of the session that must stay as it is (client_encoding, DateStyle): leave that out",
                    0,
                    null);
        }
        // Class 08: connection exceptions.
        return state.startsWith("08")
                ? new DatabaseUnavailable("%s: %s".formatted(url, message), e)
                : new QueryFailed(message, 0, null);
    }
}
