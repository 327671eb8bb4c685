package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is missing when a part starts is said in one paragraph, and by an exit code that the command's help lists. */
class StartProblemsTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    /** Nothing listens there. */
    @SuppressWarnings("NullAway.Init")
    private static String nowhere;

    @BeforeAll
    static void start() throws IOException {
        installation = Installation.start(StartProblemsTest.class);
        try (ServerSocket socket = new ServerSocket(0)) {
            nowhere = "localhost:" + socket.getLocalPort();
        }
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void a_worker_without_a_container_engine() {
        Path socket = installation.folder("no-engine").resolve("docker.sock");

        ProductProcess worker =
                worker(Map.of("DOCKER_HOST", "unix://" + socket), installation.kafka(), installation.postgres());

        assertThatItSays(worker, 69, socket.toString());
    }

    @Test
    void a_worker_without_kafka() {
        ProductProcess worker = worker(Map.of(), nowhere, installation.postgres());

        assertThatItSays(worker, 69, nowhere);
    }

    @Test
    void a_worker_without_postgres() {
        ProductProcess worker = worker(Map.of(), installation.kafka(), postgresNowhere());

        assertThatItSays(worker, 69, nowhere);
    }

    @Test
    void a_worker_whose_postgres_takes_no_writes() {
        installation.services().withoutWrites(() -> {
            ProductProcess worker = worker(Map.of(), installation.kafka(), installation.postgres());

            assertThatItSays(worker, 69, "takes no writes");
        });
    }

    @Test
    void a_worker_whose_postgres_goes_away_while_it_registers() {
        ProductProcess worker =
                installation.startWorker("gpu-1", "slots:2", Failpoint.freezeBefore("WorkerStore#register"));
        worker.awaitSaying("failpoint reached");

        installation.services().withoutConnections(() -> {
            worker.thaw();
            assertThat(worker.awaitExit()).as(worker.said()).isEqualTo(69);
        });
        assertThat(worker.err()).doesNotContain("\tat ").contains("trainyard worker: ");
    }

    @Test
    void a_worker_without_a_schema() {
        installation.internalSql().sql("create database bare").update();

        ProductProcess worker =
                worker(Map.of(), installation.kafka(), installation.postgres().replaceFirst("[^/]+$", "bare"));

        assertThatItSays(worker, 69, "trainyard migrate");
    }

    @Test
    void a_worker_with_a_url_that_is_none() {
        ProductProcess worker = worker(Map.of(), installation.kafka(), "mysql://root:geheim@localhost/db");

        assertThatItSays(worker, 64, "postgresql://");
        assertThat(worker.said()).doesNotContain("geheim");
    }

    @Test
    void a_server_without_kafka() {
        ProductProcess server = submitter("server", "--kafka", nowhere, "--postgres", installation.postgres());

        assertThatItSays(server, 69, nowhere);
    }

    @Test
    void a_server_without_postgres() {
        ProductProcess server = submitter("server", "--kafka", installation.kafka(), "--postgres", postgresNowhere());

        assertThatItSays(server, 69, nowhere);
    }

    @Test
    void a_server_on_a_port_that_is_taken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            ProductProcess server = submitter(
                    "server",
                    "--kafka",
                    installation.kafka(),
                    "--postgres",
                    installation.postgres(),
                    "--listen",
                    address);

            assertThatItSays(server, 69, address);
        }
    }

    @Test
    void a_migration_without_postgres() {
        ProductProcess migrate = submitter("migrate", "--postgres", postgresNowhere());

        assertThatItSays(migrate, 69, nowhere);
    }

    @Test
    void a_client_without_a_server() {
        ProductProcess client =
                installation.run("cli", "cli", Map.of("TRAINYARD_SERVER", "http://" + nowhere), List.of("jobs"));

        assertThatItSays(client, 69, nowhere);
    }

    private static String postgresNowhere() {
        return "postgresql://%s/trainyard".formatted(nowhere);
    }

    private static ProductProcess worker(Map<String, String> environment, String kafka, String postgres) {
        return installation.run(
                "worker",
                "worker",
                environment,
                List.of(
                        "worker",
                        "--kafka",
                        kafka,
                        "--postgres",
                        postgres,
                        "--devices",
                        "slots:1",
                        "--state-dir",
                        installation.folder("state").toString(),
                        "--outputs",
                        installation.folder("outputs").toString()));
    }

    private static ProductProcess submitter(String... arguments) {
        return installation.run("submitter", "submitter", Map.of(), List.of(arguments));
    }

    private static void assertThatItSays(ProductProcess process, int exitCode, String what) {
        assertThat(process.awaitExit()).as(process.said()).isEqualTo(exitCode);
        assertThat(process.out()).isEmpty();
        assertThat(process.err()).contains(what);
        // Not a stack, not a log: what happened, to what, why, what to do.
        assertThat(process.err().strip().lines()).hasSizeLessThanOrEqualTo(4).noneMatch(line -> line.startsWith("\t"));
    }
}
