package dev.trainyard.standalone.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One statement at a time, each with a connection of its own. */
record PostgresClient(String url, String password) {
    static PostgresClient of(LocalPostgres postgres) {
        return new PostgresClient(
                postgres.jdbcUrl(LocalPostgres.SUPERUSER), postgres.password(LocalPostgres.SUPERUSER));
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url + "&password=" + password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row. */
    String query(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url + "&password=" + password);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
