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

/** Tells which errors of the database are temporary, so that repeating the transaction can succeed. */
public final class Outage {

    private Outage() {}

    /** Whether the error means that the database cannot be reached, so that all other queries fail at the same time. */
    public static boolean isAway(Exception error) {
        return switch (error) {
            case SQLException _ -> true;
            // After a lost connection the rollback fails too. The first error counts.
            case TransactionSystemException rollback
            when rollback.getApplicationException() instanceof Exception first -> isAway(first);
            case CannotCreateTransactionException _, TransactionSystemException _ -> true;
            case NonTransientDataAccessResourceException _, RecoverableDataAccessException _ -> true;
            default -> false;
        };
    }

    /** The message of the error, in one line. */
    public static String words(Exception error) {
        return error instanceof TransactionSystemException rollback
                        && rollback.getApplicationException() instanceof Exception first
                ? words(first)
                : Refusal.words(error);
    }

    /** For callers that cannot wait for the end of the outage: why, and what to do. */
    public static DatabaseUnavailable unavailable(PostgresUrl url, RuntimeException error) {
        return Refusal.of("Cannot use", url, error);
    }

    /** If false, the error is in the statement itself and would occur every time. */
    public static boolean isTransient(RuntimeException error) {
        return switch (error) {
            case TransientDataAccessException _, RecoverableDataAccessException _ -> true;
            // Connection, resources, shutdown: "non-transient" in Spring only means that this connection is unusable.
            case NonTransientDataAccessResourceException _ -> true;
            case CannotCreateTransactionException _, TransactionSystemException _, TransactionTimedOutException _ ->
                true;
            case UncategorizedSQLException uncategorized -> isForNow(uncategorized);
            case DataAccessException _, TransactionException _ -> false;
            default -> false;
        };
    }

    /** Errors that Spring does not classify. 25: an idle transaction was ended, or the server is read-only for now. 55: an object is in use. */
    private static boolean isForNow(UncategorizedSQLException error) {
        SQLException cause = error.getSQLException();
        String state = cause == null ? null : cause.getSQLState();
        return state != null && (state.startsWith("25") || state.startsWith("55"));
    }
}
