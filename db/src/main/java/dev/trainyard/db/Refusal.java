package dev.trainyard.db;

import dev.trainyard.core.text.Sentence;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Describes why a database cannot be used, in the words of the server or driver, and what to do. */
final class Refusal {

    private static final String LOGIN =
            "Give user and password: postgresql://USER:PASSWORD@HOST:PORT/DATABASE in TRAINYARD_POSTGRES, or the password in ~/.pgpass";

    private Refusal() {}

    /** @param attempted such as "Cannot connect to" */
    static DatabaseUnavailable of(String attempted, PostgresUrl url, Throwable e) {
        return new DatabaseUnavailable(
                "%s %s: %s. %s.".formatted(attempted, url, words(e), remedy(url, sqlState(e), e)), e);
    }

    /** The same for the readers' own role, whose login the server is given with an option. */
    static DatabaseUnavailable ofReader(String attempted, PostgresUrl url, Throwable e) {
        String state = sqlState(e);
        return state.startsWith("28") || state.equals("08004")
                ? new DatabaseUnavailable(
                        "%s %s: %s. Start the server with --reader-postgres URL, where the URL names a user and its password."
                                .formatted(attempted, url, words(e)),
                        e)
                : of(attempted, url, e);
    }

    private static String remedy(PostgresUrl url, String state, Throwable e) {
        if (cause(e, UnknownHostException.class) != null) {
            return "Check the host in the URL";
        }
        return switch (state) {
            // 08004 is from the driver, which has sent nothing: the server requires a password, but none is
            // configured.
            case "28P01", "08004" -> LOGIN;
            case "28000" ->
                words(e).contains("does not exist")
                        ? "Run trainyard migrate --postgres URL, which creates Trainyard's roles, or use another user"
                        : LOGIN + ". The server's pg_hba.conf must allow this user from this host";
            case "3D000" -> "Create the database (createdb), then run trainyard migrate --postgres URL";
            case "42501" -> "This user does not have the permission: use another";
            case "25006" ->
                "It takes no writes: make it writable again, or use the address of the primary if it is a standby";
            case "57P03" -> "It is starting or stopping: try again in a moment";
            case "53300" -> "Raise its max_connections, or stop programs that hold connections";
            default ->
                state.startsWith("28")
                        ? LOGIN
                        : "Check that Postgres runs at %s:%d and that this host reaches it"
                                .formatted(url.host(), url.port());
        };
    }

    /** One line, without the final full stop, the severity and the position in a statement, which the reader does not know. */
    static String words(Throwable e) {
        UnknownHostException unknown = cause(e, UnknownHostException.class);
        if (unknown != null) {
            return "the host %s is not known".formatted(unknown.getMessage());
        }
        PSQLException refused = cause(e, PSQLException.class);
        ServerErrorMessage server = refused == null ? null : refused.getServerErrorMessage();
        String message =
                server == null ? Migrations.rootMessage(e) : Objects.requireNonNullElse(server.getMessage(), "");
        return Sentence.open(message.lines().findFirst().orElse(""));
    }

    /** Empty if the server sent none. */
    static String sqlState(Throwable e) {
        SQLException refused = cause(e, SQLException.class);
        return refused == null || refused.getSQLState() == null ? "" : refused.getSQLState();
    }

    /** The deepest cause of this class. */
    private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> kind) {
        T found = null;
        for (Throwable each = e; each != null; each = each.getCause() == each ? null : each.getCause()) {
            if (kind.isInstance(each)) {
                found = kind.cast(each);
            }
        }
        return found;
    }
}
