package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code examples/resnet18} in its CPU variant, in every form. Slow: its image takes PyTorch in from the distribution. */
@Tag("slow")
class ResNetPackageTest {

    private static final Path EXAMPLE = Path.of("../examples/resnet18");
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
    void trains_from_its_compose_file_a_docker_run_line_a_draft_and_a_bare_message() throws IOException {
        ProductProcess submit = client(
                "submit",
                EXAMPLE.resolve("docker-compose.cpu.yml").toString(),
                "--source",
                EXAMPLE.resolve("resnet18").toString(),
                "--param",
                "epochs=1");
        assertThat(submit.awaitExit(LONG)).as(submit.said()).isZero();
        assertThat(submit.out()).containsPattern("validation accuracy 0\\.\\d+ after 1 epochs");

        Path byLine = installation.folder("logs").resolve("by-line");
        ProductProcess run =
                client("run", "--rm", "-v", byLine + ":/outputs", "trainyard/resnet18:cpu", "python", "main.py");
        // Without data of its own it says so, and ends with the program's own exit code.
        assertThat(run.awaitExit(LONG)).as(run.said()).isEqualTo(1);
        assertThat(run.out()).contains("no data file at /data/data_batch_1.bin");

        Path draft = Files.writeString(installation.folder("draft").resolve("draft.yml"), """
                services:
                  resnet18:
                    image: trainyard/resnet18:cpu
                    command: [python, main.py]
                """);
        ProductProcess add = client("drafts", "add", "resnet18", draft.toString());
        assertThat(add.awaitExit()).as(add.said()).isZero();
        Path byDraft = installation.folder("logs").resolve("by-draft");
        ProductProcess train = client(words(List.of("train", "resnet18", "--outputs", byDraft.toString()), FEW_STEPS));
        assertThat(train.awaitExit(LONG)).as(train.said()).isZero();
        assertThat(byDraft.resolve("checkpoints/last.pt")).isNotEmptyFile();

        UUID job = UUID.randomUUID();
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "resumed",
                 "image": {"reference": "trainyard/resnet18:cpu"},
                 "run": {"command": ["python", "main.py", "--epochs", "2", "--train_data", "/data/digits-val.csv",
                                     "--val_data", "/data/digits-val.csv", "--pretrained", "/earlier/checkpoints/last.pt"],
                         "mounts": [{"source": "%s", "target": "/earlier", "readOnly": true}]}}""".formatted(job, byDraft));
        installation.awaitJob(job, "SUCCEEDED");
        assertThat(client("logs", job.toString())).satisfies(logs -> {
            assertThat(logs.awaitExit()).isZero();
            assertThat(logs.out()).contains("after 1 epochs").contains("epoch 2/2");
        });
    }

    private static String[] words(List<String> first, List<String> then) {
        return Stream.concat(first.stream(), then.stream()).toArray(String[]::new);
    }

    private static ProductProcess client(String... arguments) {
        return installation.client(server, arguments);
    }
}
