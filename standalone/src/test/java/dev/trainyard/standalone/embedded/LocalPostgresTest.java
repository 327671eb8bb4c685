package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresTest {
    /** One for all tests: a new cluster takes seconds, and to be started again and again is what a directory is for. */
    @TempDir
    static Path directory;

    @Test
    void a_row_and_the_port_survive_a_restart() throws SQLException {
        int port;
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            port = postgres.port();
            PostgresClient.of(postgres).execute("create table kept as select 'row' as what");
        }

        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            assertThat(PostgresClient.of(postgres).query("select what from kept"))
                    .isEqualTo("row");
            assertThat(postgres.port()).isEqualTo(port);
        }
    }

    @Test
    void a_commit_is_on_disk_when_it_returns() throws SQLException {
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            assertThat(PostgresClient.of(postgres).query("show fsync")).isEqualTo("on");
            assertThat(PostgresClient.of(postgres).query("show synchronous_commit"))
                    .isEqualTo("on");
            assertThat(PostgresClient.of(postgres).query("show full_page_writes"))
                    .isEqualTo("on");
        }
    }

    @Test
    void only_loopback_answers() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            assertThat(Reachable.addressesThatAnswerOn(postgres.port()))
                    .containsExactly(InetAddress.getByName("127.0.0.1"));
            assertThat(PostgresClient.of(postgres).query("show unix_socket_directories"))
                    .isEmpty();
        }
    }

    @Test
    void a_second_start_on_the_same_directory_is_refused_and_harms_nothing() throws SQLException {
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            assertThatThrownBy(() -> LocalPostgres.start(directory, 0))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("in use by this process");

            assertThat(PostgresClient.of(postgres).query("select 1")).isEqualTo("1");
        }
    }

    @Test
    void a_port_that_another_program_has_is_named() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> LocalPostgres.start(directory, other.getLocalPort()))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining("Postgres cannot listen on 127.0.0.1:" + other.getLocalPort());
        }
    }

    @Test
    void data_of_another_major_version_are_refused() throws Exception {
        LocalPostgres.start(directory, 0).close();
        Path version = directory.resolve("data/PG_VERSION");
        String own = Files.readString(version);

        Files.writeString(version, "17\n");
        try {
            assertThatThrownBy(() -> LocalPostgres.start(directory, 0))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining("belongs to Postgres 17, but this Trainyard brings Postgres 18");
        } finally {
            Files.writeString(version, own);
        }
    }

    @Test
    void a_start_that_fails_says_what_the_server_said() throws Exception {
        LocalPostgres.start(directory, 0).close();
        Path damaged = directory.resolve("data/postgresql.conf");
        String intact = Files.readString(damaged);

        Files.writeString(damaged, intact + "\nno_such_setting = 1\n");
        try {
            assertThatThrownBy(() -> LocalPostgres.start(directory, 0))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining("no_such_setting");
        } finally {
            Files.writeString(damaged, intact);
        }
    }

    @Test
    void a_stale_lock_file_whose_process_number_is_now_another_programs_does_not_matter() throws Exception {
        LocalPostgres.start(directory, 0).close();
        long somebodyElse = ProcessHandle.current().pid();
        Files.writeString(
                directory.resolve("data/postmaster.pid"),
                "%d\n%s/data\n1700000000\n5432\n\n127.0.0.1\n0 0\nready\n".formatted(somebodyElse, directory));

        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            assertThat(PostgresClient.of(postgres).query("select 1")).isEqualTo("1");
        }
    }

    @Test
    void a_user_of_the_url_needs_no_password() throws SQLException {
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            PostgresClient.of(postgres).execute("create role \"some one\" login");

            try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("some one"))) {
                assertThat(connection.getMetaData().getUserName()).isEqualTo("some one");
                assertThat(connection.getCatalog()).isEqualTo("trainyard");
            }
        }
    }
}
