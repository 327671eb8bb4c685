package dev.trainyard.db;

/** Who connects: each role may do what its part of Trainyard needs, and nothing else. */
public enum Role {
    SERVER("trainyard_server"),
    WORKER("trainyard_worker"),
    /** May read the views of schema history. */
    READER("trainyard_reader"),
    /** The same, for the queries that the server runs for people: what readers use up is not theirs. */
    SQL("trainyard_sql");

    private final String sqlName;

    Role(String sqlName) {
        this.sqlName = sqlName;
    }

    public String sqlName() {
        return sqlName;
    }
}
