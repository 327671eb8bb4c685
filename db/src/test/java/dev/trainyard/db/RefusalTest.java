package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

class RefusalTest {

    private static final PostgresUrl URL = PostgresUrl.parse("postgresql://ann:s3cret@db-1:5433/trainyard");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        28P01 | password authentication failed for user "ann"                 | Give user and password
        28000 | no pg_hba.conf entry for host "10.1.2.3", user "ann"          | pg_hba.conf must allow this user
        28000 | role "trainyard_worker" does not exist                        | Run trainyard migrate
        3D000 | database "trainyard" does not exist                           | Create the database
        53300 | sorry, too many clients already                               | max_connections
        25006 | cannot execute INSERT in a read-only transaction              | takes no writes
        57P03 | the database system is starting up                            | try again
        """)
    void each_error_of_the_server_has_a_remedy(String state, String words, String remedy) {
        PSQLException refused =
                new PSQLException(new ServerErrorMessage("SFATAL\0C%s\0M%s\0P44".formatted(state, words)));

        assertThat(message(new IllegalStateException("pool", refused)))
                .startsWith("Cannot connect to postgresql://ann@db-1:5433/trainyard: " + words + ". ")
                .contains(remedy)
                .doesNotContain("s3cret", "Position", "FATAL", "..");
    }

    @Test
    void a_server_that_wants_a_password_and_gets_none_is_told_where_to_give_it() {
        assertThat(message(new PSQLException(
                        "The server requested SCRAM-based authentication, but no password was provided.",
                        PSQLState.CONNECTION_REJECTED)))
                .isEqualTo("Cannot connect to postgresql://ann@db-1:5433/trainyard: "
                        + "The server requested SCRAM-based authentication, but no password was provided. "
                        + "Give user and password: postgresql://USER:PASSWORD@HOST:PORT/DATABASE in TRAINYARD_POSTGRES, "
                        + "or the password in ~/.pgpass.");
    }

    @Test
    void a_host_that_is_not_known_is_named() {
        assertThat(message(new PSQLException(
                        "The connection attempt failed.",
                        PSQLState.CONNECTION_UNABLE_TO_CONNECT,
                        new UnknownHostException("nohost.invalid"))))
                .endsWith(": the host nohost.invalid is not known. Check the host in the URL.");
    }

    @Test
    void a_server_that_is_not_there_is_named_with_its_port() {
        assertThatThrownBy(() -> Database.connect(PostgresUrl.parse("postgresql://localhost:1/none"), Role.WORKER, 1))
                .isInstanceOf(DatabaseUnavailable.class)
                .hasMessageContaining("Check that Postgres runs at localhost:1 and that this host reaches it.");
    }

    @Test
    void a_user_of_another_role_is_told_which_it_needs() {
        PostgresUrl url = TestPostgres.freshDatabase();

        for (Role other : new Role[] {Role.READER, Role.SERVER}) {
            PostgresUrl wrong = url.as(other);
            assertThatThrownBy(() -> Database.connect(wrong, Role.WORKER, 1))
                    .isInstanceOf(DatabaseUnavailable.class)
                    .hasMessage("Connected to %s, but the worker needs the role trainyard_worker. ".formatted(wrong)
                            + "Name that user in the URL, or none.");
        }
    }

    private static String message(Exception e) {
        return String.valueOf(Refusal.of("Cannot connect to", URL, e).getMessage());
    }
}
