package dev.trainyard.db;

/** The database cannot be used. The message says which one, why, and what to do. */
public final class DatabaseUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DatabaseUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    public DatabaseUnavailable(String message) {
        super(message);
    }
}
