package dev.trainyard.db;

import java.sql.SQLException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;

/** Which errors of the database may be over by themselves, so that the same transaction is worth repeating. */
public final class Outage {

    private Outage() {}

    /** Whether it says that no connection can be had or kept: everything that asks the database meets the same at the same time. */
    public static boolean isAway(Exception error) {
        return switch (error) {
            case SQLException _ -> true;
            // Where the connection of a failed transaction is gone, its rollback fails too: what failed first counts.
            case TransactionSystemException rollback
            when rollback.getApplicationException() instanceof Exception first -> isAway(first);
            case CannotCreateTransactionException _, TransactionSystemException _ -> true;
            case NonTransientDataAccessResourceException _, RecoverableDataAccessException _ -> true;
            default -> false;
        };
    }

    /** What it says, in one line. */
    public static String words(Exception error) {
        return error instanceof TransactionSystemException rollback
                        && rollback.getApplicationException() instanceof Exception first
                ? words(first)
                : Refusal.words(error);
    }

    /** For who cannot wait until it is over: why, and what to do. */
    public static DatabaseUnavailable unavailable(PostgresUrl url, RuntimeException error) {
        return Refusal.of("Cannot use", url, error);
    }

    /** Otherwise it is the statement's own fault, and would fail for ever. */
    public static boolean isTransient(RuntimeException error) {
        return switch (error) {
            case TransientDataAccessException _, RecoverableDataAccessException _ -> true;
            // Connection, resources, shutdown: non-transient only in that the same connection is of no more use.
            case NonTransientDataAccessResourceException _ -> true;
            case CannotCreateTransactionException _, TransactionSystemException _, TransactionTimedOutException _ ->
                true;
            case UncategorizedSQLException uncategorized -> isForNow(uncategorized);
            case DataAccessException _, TransactionException _ -> false;
            default -> false;
        };
    }

    /** What Spring has no name for: 25 is a transaction ended for idling or a server that is read-only yet, 55 a thing in use. */
    private static boolean isForNow(UncategorizedSQLException error) {
        SQLException cause = error.getSQLException();
        String state = cause == null ? null : cause.getSQLState();
        return state != null && (state.startsWith("25") || state.startsWith("55"));
    }
}
