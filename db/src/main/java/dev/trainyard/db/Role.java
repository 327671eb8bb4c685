package dev.trainyard.db;

/** Roles in the database. Each has only the permissions that its part of Trainyard needs. */
public enum Role {
    SERVER("trainyard_server"),
    WORKER("trainyard_worker"),
    /** May read the views of schema history. */
    READER("trainyard_reader"),
    /** The same permissions, for queries that the server runs for people. Separate, so that readers cannot use up its connections. */
    SQL("trainyard_sql");

    private final String sqlName;

    Role(String sqlName) {
        this.sqlName = sqlName;
    }

    public String sqlName() {
        return sqlName;
    }
}
