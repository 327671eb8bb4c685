package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** {@code examples/resnet18} in its CPU variant, in every form. Slow: its image takes PyTorch in from the distribution. */
@Tag("slow")
class ResNetPackageTest {

    private static final Path EXAMPLE = Path.of("../examples/resnet18");
    private static final String IMAGE = "resnet18:cpu";
    private static final Duration LONG = Duration.ofMinutes(15);
    private static final List<String> FEW_STEPS = List.of(
            "--epochs",
            "1",
            "--bs",
            "64",
            "--train_data",
            "/data/digits-val.csv",
            "--val_data",
            "/data/digits-val.csv");

    private static Installation installation;
    private static String server;

    @BeforeAll
    static void start_and_build() {
        installation = Installation.start(ResNetPackageTest.class);
        server = installation.startServerAndWorker();
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void trains_from_its_compose_file_a_docker_run_line_a_draft_rest_and_a_bare_message()
            throws IOException, InterruptedException {
        ProductProcess submit = client(
                "submit",
                EXAMPLE.resolve("docker-compose.cpu.yml").toString(),
                "--source",
                EXAMPLE.resolve("resnet18").toString(),
                "--param",
                "epochs=1");
        assertThat(submit.awaitExit(LONG)).as(submit.said()).isZero();
        assertThat(submit.out()).containsPattern("validation accuracy 0\\.\\d+ after 1 epochs");

        assertThat(submit.out()).contains("training on 1541 images");

        // The two forms of a docker run line: arguments alone, and the whole command.
        Path byLine = place("by-line");
        ProductProcess run = client(words(List.of("run", "--rm", "-v", byLine + ":/outputs", IMAGE), FEW_STEPS));
        assertThat(run.awaitExit(LONG)).as(run.said()).isZero();
        assertThat(run.out()).containsPattern("validation accuracy 0\\.\\d+ after 1 epochs");
        assertThat(byLine.resolve("checkpoints/last.pt")).isNotEmptyFile();
        Path byCommand = place("by-command");
        ProductProcess command = client(
                words(List.of("run", "--rm", "-v", byCommand + ":/outputs", IMAGE, "python", "main.py"), FEW_STEPS));
        assertThat(command.awaitExit(LONG)).as(command.said()).isZero();
        assertThat(byCommand.resolve("checkpoints/last.pt")).isNotEmptyFile();

        ProductProcess wrong = client("run", "--rm", IMAGE, "--train_data", "/data/missing.csv");
        assertThat(wrong.awaitExit(LONG)).as(wrong.said()).isEqualTo(1);
        assertThat(wrong.out()).contains("no data file at /data/missing.csv");

        ProductProcess add = client(
                "drafts",
                "add",
                "resnet18",
                EXAMPLE.resolve("docker-compose.cpu.yml").toString(),
                "--params",
                EXAMPLE.resolve("params.yml").toString(),
                "--source",
                EXAMPLE.resolve("resnet18").toString());
        assertThat(add.awaitExit()).as(add.said()).isZero();
        Path byDraft = place("by-draft");
        ProductProcess train = client(words(List.of("train", "resnet18", "--outputs", byDraft.toString()), FEW_STEPS));
        assertThat(train.awaitExit(LONG)).as(train.said()).isZero();
        assertThat(byDraft.resolve("checkpoints/last.pt")).isNotEmptyFile();

        Path byRest = place("by-rest");
        UUID training = post("""
                {"model": "resnet18", "outputs": "%s",
                 "params": {"epochs": 1, "bs": 64, "train_data": "/data/digits-val.csv", "val_data": "/data/digits-val.csv"}}""".formatted(byRest));
        installation.awaitJob(training, "SUCCEEDED");
        assertThat(byRest.resolve("checkpoints/last.pt")).isNotEmptyFile();

        UUID job = UUID.randomUUID();
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "resumed",
                 "image": {"reference": "resnet18:cpu"},
                 "run": {"command": ["python", "main.py", "--epochs", "2", "--train_data", "/data/digits-val.csv",
                                     "--val_data", "/data/digits-val.csv", "--pretrained", "/earlier/checkpoints/last.pt"],
                         "mounts": [{"source": "%s", "target": "/earlier", "readOnly": true}]}}""".formatted(job, byDraft));
        installation.awaitJob(job, "SUCCEEDED");
        assertThat(client("logs", job.toString())).satisfies(logs -> {
            assertThat(logs.awaitExit()).isZero();
            assertThat(logs.out()).contains("after 1 epochs").contains("epoch 2/2");
        });
    }

    private static Path place(String name) {
        return installation.folder("logs").resolve(name);
    }

    private static UUID post(String training) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(server + "/api/v1/trainings"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(training))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            return UUID.fromString(
                    JsonMapper.shared().readTree(answer.body()).path("jobId").asString());
        }
    }

    private static String[] words(List<String> first, List<String> then) {
        return Stream.concat(first.stream(), then.stream()).toArray(String[]::new);
    }

    private static ProductProcess client(String... arguments) {
        return installation.client(server, arguments);
    }
}
