package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
                    .hasMessageContaining("belongs to Postgres 17, but this Trainyard contains Postgres 18");
        } finally {
            Files.writeString(version, own);
        }
    }

    @Test
    void a_failed_start_contains_the_message_of_the_server() throws Exception {
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
    void only_the_reader_can_log_in_without_the_password() throws SQLException {
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            PostgresClient.of(postgres)
                    .execute(
                            "do $$ begin create role trainyard_reader login; exception when duplicate_object then end $$");

            for (String role : List.of(LocalPostgres.SUPERUSER, LocalPostgres.SERVER, LocalPostgres.WORKER)) {
                assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(role), role, ""))
                        .as(role)
                        .hasMessageContaining("the password is an empty string");
                assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(role), role, "wrong"))
                        .as(role)
                        .hasMessageContaining("password authentication failed");
                try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(role), role, postgres.password(role))) {
                    assertThat(connection.getMetaData().getUserName()).isEqualTo(role);
                }
            }
            try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("trainyard_reader"))) {
                assertThat(connection.getCatalog()).isEqualTo("trainyard");
            }
        }
    }

    /** Everybody on this machine may open them. Until Postgres ends one, it has the place of a session. */
    @Test
    void many_connections_that_do_not_log_in_leave_places_for_those_that_do_and_are_ended_soon() throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            for (int i = 0; i < 150; i++) {
                Socket stranger = new Socket(InetAddress.getLoopbackAddress(), postgres.port());
                strangers.add(stranger);
                stranger.getOutputStream().write(startupPacket(LocalPostgres.WORKER));
                // Postgres asks for the password.
                assertThat((char) stranger.getInputStream().read())
                        .as("stranger %d", i)
                        .isEqualTo('R');
            }

            login(postgres, "trainyard", LocalPostgres.WORKER, postgres.password(LocalPostgres.WORKER))
                    .close();
            assertThat(PostgresClient.of(postgres).query("show authentication_timeout"))
                    .isEqualTo("10s");
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static byte[] startupPacket(String user) {
        byte[] words = ("user\0" + user + "\0database\0" + LocalPostgres.DATABASE + "\0\0")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(8 + words.length)
                .putInt(8 + words.length)
                .putInt(3 << 16)
                .put(words)
                .array();
    }

    /** There it would not be bounded, and could take all the locks of the server. */
    @Test
    void a_reader_that_gives_itself_a_password_gets_into_no_other_database_and_no_other_role_does()
            throws SQLException {
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            PostgresClient.of(postgres)
                    .execute(
                            "do $$ begin create role trainyard_reader login; exception when duplicate_object then end $$");
            try (Connection reader = DriverManager.getConnection(postgres.jdbcUrl("trainyard_reader"));
                    Statement statement = reader.createStatement()) {
                statement.execute(
                        "begin; set transaction read write; alter role trainyard_reader password 'mine'; commit");
            }

            for (String database : List.of("postgres", "template1")) {
                assertThatThrownBy(() -> login(postgres, database, "trainyard_reader", "mine"))
                        .hasMessageContaining("pg_hba.conf rejects connection");
                for (String role : List.of(LocalPostgres.SERVER, LocalPostgres.WORKER, LocalPostgres.SQL)) {
                    assertThatThrownBy(() -> login(postgres, database, role, postgres.password(role)))
                            .as(role)
                            .hasMessageContaining("no pg_hba.conf entry");
                }
            }
            login(postgres, "trainyard", "trainyard_reader", "not asked for").close();
        }
    }

    private static Connection login(LocalPostgres postgres, String database, String role, String password)
            throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl(role).replace("/trainyard?", "/" + database + "?"), role, password);
    }

    @Test
    void the_passwords_are_their_owners_to_read_and_stay_the_same() throws Exception {
        String password;
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            password = postgres.password(LocalPostgres.WORKER);
        }

        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            assertThat(postgres.password(LocalPostgres.WORKER)).isEqualTo(password);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("passwords"))))
                    .isEqualTo("rw-------");
        }
    }

    /** As it is where an earlier release, which trusted everybody, made the directory, and where the file was lost. */
    @Test
    void a_directory_without_passwords_gets_them_and_keeps_its_data() throws Exception {
        String before;
        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            PostgresClient.of(postgres).execute("drop table if exists older");
            PostgresClient.of(postgres).execute("create table older as select 'row' as what");
            PostgresClient.of(postgres).execute("alter role postgres password null");
            before = postgres.password(LocalPostgres.SUPERUSER);
        }
        Files.delete(directory.resolve("passwords"));

        try (LocalPostgres postgres = LocalPostgres.start(directory, 0)) {
            assertThat(PostgresClient.of(postgres).query("select what from older"))
                    .isEqualTo("row");
            assertThat(postgres.password(LocalPostgres.SUPERUSER)).isNotEqualTo(before);
        }
    }

    @Test
    void for_root_it_runs_as_nobody_where_nobody_can_enter_and_as_root_in_a_namespace_elsewhere() throws Exception {
        assumeTrue(ServerUser.isRoot());
        Path open = Files.createDirectory(directory.resolve("open"));
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            try (LocalPostgres postgres = LocalPostgres.start(open.resolve("postgres"), 0)) {
                assertThat(userOfServerIn(open.resolve("postgres"))).isEqualTo("65534");
                assertThatThrownBy(() -> PostgresClient.of(postgres)
                                .execute("create table t (line text); copy t from program 'cat "
                                        + open.resolve("postgres/passwords") + "'"))
                        .isInstanceOf(SQLException.class);
            }
            LocalPostgres.start(closed.resolve("postgres"), 0).close();
            assertThat(ServerUser.owning(closed.resolve("postgres/data"))).isEqualTo(ServerUser.ROOT);

            // What an earlier release left root's is handed over.
            ServerUser.ROOT.own(open.resolve("postgres/data"));
            try (LocalPostgres postgres = LocalPostgres.start(open.resolve("postgres"), 0)) {
                assertThat(userOfServerIn(open.resolve("postgres"))).isEqualTo("65534");
                assertThat(PostgresClient.of(postgres).query("select 1")).isEqualTo("1");
            }
        } finally {
            Files.setPosixFilePermissions(directory, before);
        }
    }

    private static String userOfServerIn(Path directory) throws IOException {
        String pid =
                Files.readAllLines(directory.resolve("data/postmaster.pid")).getFirst();
        return Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .map(line -> line.split("\\s+")[1])
                .findFirst()
                .orElseThrow();
    }
}
