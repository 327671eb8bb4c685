package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.request.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ServicesTest {
    @TempDir
    static Path directory;

    @Test
    void after_a_kill_the_server_left_over_is_found_again_and_nothing_is_lost() throws Exception {
        TopicPartition partition = new TopicPartition(Topics.REQUESTS, 0);
        String firstStart;
        try (Child killed = Child.start(directory)) {
            killed.postgresClient().execute("drop table if exists kept");
            killed.postgresClient().execute("create table kept as select 'row' as what");
            new KafkaClient(killed.kafka()).send(partition, "job", "request");
            firstStart = killed.postgresClient().query("select pg_postmaster_start_time()");
        }

        try (Child next = Child.start(directory)) {
            assertThat(next.postgresClient().query("select pg_postmaster_start_time()"))
                    .isEqualTo(firstStart);
            assertThat(next.postgresClient().query("select what from kept")).isEqualTo("row");
            assertThat(new KafkaClient(next.kafka()).firstValueIn(partition)).isEqualTo("request");
            next.endInput();
        }
    }

    @Test
    void a_server_left_over_on_another_port_moves_to_the_wanted_one() throws Exception {
        String postgres;
        try (Child killed = Child.start(directory)) {
            postgres = killed.postgres();
        }
        // Chosen while the server left over listens: it cannot be its port.
        int port = LoopbackPort.free().number();

        try (LocalPostgres moved = LocalPostgres.start(directory.resolve("postgres"), port);
                Connection connection = DriverManager.getConnection(
                        moved.jdbcUrl(LocalPostgres.SUPERUSER),
                        LocalPostgres.SUPERUSER,
                        moved.password(LocalPostgres.SUPERUSER))) {
            assertThat(moved.port()).isEqualTo(port);
            assertThat(connection.isValid(0)).isTrue();
            assertThatThrownBy(() -> DriverManager.getConnection(postgres)).hasMessageContaining("refused");
        }
    }

    @Test
    void a_directory_in_use_by_another_process_is_refused_by_its_number() throws Exception {
        try (Child child = Child.start(directory)) {
            assertThatThrownBy(() -> Services.start(directory, 0, 0))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining("in use by process " + child.process().pid());

            child.endInput();
        }
    }

    @Test
    void the_end_of_input_stops_both() throws Exception {
        try (Child child = Child.start(directory)) {
            child.endInput();

            assertNothingAnswers(child);
        }
    }

    @Test
    void a_polite_kill_stops_both() throws Exception {
        try (Child child = Child.start(directory)) {
            child.process().toHandle().destroy();
            child.process().waitFor();

            assertNothingAnswers(child);
        }
    }

    @Test
    void where_one_cannot_start_the_other_is_not_left_running() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> Services.start(directory, taken.getLocalPort(), 0))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining("Kafka cannot listen");
        }

        Services.start(directory, 0, 0).close();
    }

    private static void assertNothingAnswers(Child child) throws IOException {
        for (String address : List.of(child.kafka(), child.postgres().substring("jdbc:postgresql://".length()))) {
            int port = URI.create("tcp://" + address).getPort();
            assertThat(Reachable.addressesThatAnswerOn(port)).isEmpty();
        }
    }

    /** {@link Services} as a process; one that is still running when closed is killed. */
    private record Child(Process process, Path directory, String kafka, String postgres) implements AutoCloseable {
        static Child start(Path directory) throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Services.class.getName(),
                            "--dir",
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            JsonNode addresses =
                    JsonMapper.shared().readTree(process.inputReader().readLine());
            return new Child(
                    process,
                    directory,
                    addresses.get("kafka").stringValue(),
                    addresses.get("postgres").stringValue());
        }

        void endInput() throws IOException, InterruptedException {
            process.getOutputStream().close();
            assertThat(process.waitFor()).isZero();
        }

        PostgresClient postgresClient() throws IOException {
            return new PostgresClient(
                    postgres, new Passwords(directory.resolve("postgres/passwords")).of(LocalPostgres.SUPERUSER));
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor();
        }
    }
}
