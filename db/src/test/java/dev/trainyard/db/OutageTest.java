package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.EmptyResultDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.IllegalTransactionStateException;

/** By the SQL states of Postgres, as Spring translates them. */
class OutageTest {

    private static RuntimeException of(String state) {
        SQLException error = new SQLException("as the server says", state);
        DataAccessException translated = new SQLExceptionSubclassTranslator().translate("task", "select", error);
        return Objects.requireNonNullElseGet(translated, () -> new UncategorizedSQLException("task", "select", error));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08006",
                "08001", // the connection
                "53100",
                "53300", // disk full, too many connections
                "57P01",
                "57P03",
                "57014", // shut down, starting, cancelled
                "58030", // I/O
                "40001",
                "40P01", // serialization, deadlock
                "55P03",
                "25P03",
                "25006" // in use, idled too long, read-only yet
            })
    void a_temporary_error_is_an_outage(String state) {
        assertThat(Outage.isTransient(of(state))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "42601",
                "42P01",
                "42703",
                "42501", // syntax, no table, no column, not permitted
                "22001",
                "22021",
                "22P02", // too long, not in the encoding, no such value
                "23505",
                "23514",
                "23502", // a constraint
                "XX000" // a defect of the server
            })
    void an_error_of_the_statement_is_not_an_outage(String state) {
        assertThat(Outage.isTransient(of(state))).isFalse();
    }

    @Test
    void without_a_connection_it_is_an_outage() {
        assertThat(Outage.isTransient(new CannotCreateTransactionException("none")))
                .isTrue();
        assertThat(Outage.isTransient(new CannotGetJdbcConnectionException("none")))
                .isTrue();
    }

    @Test
    void a_programming_error_is_not_an_outage() {
        assertThat(Outage.isTransient(new IllegalTransactionStateException("none")))
                .isFalse();
        assertThat(Outage.isTransient(new EmptyResultDataAccessException(1))).isFalse();
        assertThat(Outage.isTransient(new IllegalStateException())).isFalse();
    }
}
