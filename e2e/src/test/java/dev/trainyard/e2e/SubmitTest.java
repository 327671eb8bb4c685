package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The way of a training through all parts as processes: client, server, Kafka, worker, engine, Postgres, and back to the client. */
class SubmitTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @SuppressWarnings("NullAway.Init")
    private static String server;

    @BeforeAll
    static void start() {
        installation = Installation.start(SubmitTest.class);
        server = installation.startServerAndWorker();
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void an_attached_submit_shows_the_log_and_ends_with_the_containers_exit_code() throws IOException {
        Path file = compose("attached", """
                services:
                  train:
                    image: busybox:latest
                    command: sh -c 'echo training $$0 $$1; exit 5'
                """);

        ProductProcess submit = client("submit", file.toString(), "--param", "lr=0.01");

        assertThat(submit.awaitExit()).as(submit.said()).isEqualTo(5);
        assertThat(submit.out()).isEqualTo("training --lr 0.01\n");
    }

    @Test
    void a_source_folder_becomes_an_image_and_leaves_its_outputs() throws IOException {
        Path file = compose("built", """
                services:
                  train:
                    build: .
                    command: model.txt
                    deploy:
                      resources:
                        reservations:
                          devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]
                """);
        Files.writeString(file.resolveSibling("Dockerfile"), """
                FROM busybox:latest
                COPY train.sh /train.sh
                ENTRYPOINT ["sh", "/train.sh"]
                """);
        Files.writeString(file.resolveSibling("train.sh"), "echo weights >/outputs/$1\n");

        ProductProcess submit = client("submit", file.toString(), "--name", "built-here", "-d");
        assertThat(submit.awaitExit()).as(submit.said()).isZero();
        UUID job = UUID.fromString(submit.out().strip());
        installation.awaitJob(job, "SUCCEEDED");

        ProductProcess sql = client("sql", "--csv", """
                select j.name, a.exit_code, o.path, o.size_bytes from history.jobs j join history.attempts a using (job_id)
                join history.outputs o using (attempt_id) where j.job_id = '%s' and o.path = 'model.txt'""".formatted(job));
        assertThat(sql.awaitExit()).as(sql.said()).isZero();
        assertThat(sql.out().lines().skip(1)).containsExactly("built-here,0,model.txt,8");
    }

    @Test
    void a_running_training_is_cancelled() throws IOException {
        Path file = compose("cancelled", """
                services:
                  train:
                    image: busybox:latest
                    command: sleep 600
                    init: true
                """);
        UUID job = UUID.fromString(
                client("submit", file.toString(), "-d").awaitSaying("\\S{36}").group());
        installation.awaitJob(job, "RUNNING");

        ProductProcess cancel = client("cancel", job.toString());

        assertThat(cancel.awaitExit()).as(cancel.said()).isZero();
        installation.awaitJob(job, "CANCELLED");
    }

    private static Path compose(String folder, String text) throws IOException {
        return Files.writeString(installation.folder(folder).resolve("docker-compose.yml"), text);
    }

    private static ProductProcess client(String... arguments) {
        return installation.client(server, arguments);
    }
}
