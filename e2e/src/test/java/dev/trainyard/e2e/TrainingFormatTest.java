package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The training package as teams hand it in, from the archive to the results: both run forms, drafts and the training API, in the foreground and
 * in the background, by command line, REST and Kafka's own client. The package is {@code examples/digits}, which really trains.
 */
class TrainingFormatTest {

    private static final Path EXAMPLE = Path.of("../examples/digits");

    /** The image of the example takes packages of the distribution in. */
    private static final Duration BUILD = Duration.ofMinutes(10);

    private static final String IMAGE = "trainyard-test/digits";

    /** As people on the host see it. */
    private static final String ON_THE_HOST = "trainyard/named/" + IMAGE;

    private static Installation installation;
    private static String server;

    /** What a team hands in: {@code digits.tar}, beside it Dockerfile and docker-compose.yml. */
    private static Path handedIn;

    /** The first training, of the compose file in the foreground, which also builds the image. */
    private static ProductProcess first;

    @BeforeAll
    static void hand_in_and_train_once() throws Exception {
        installation = Installation.start(TrainingFormatTest.class);
        server = installation.startServerAndWorker();

        handedIn = installation.folder("package");
        docker("rmi", "--force", ON_THE_HOST);
        Files.copy(EXAMPLE.resolve("Dockerfile"), handedIn.resolve("Dockerfile"));
        Files.copy(EXAMPLE.resolve(".dockerignore"), handedIn.resolve(".dockerignore"));
        execute(
                "tar",
                "-cf",
                handedIn.resolve("digits.tar").toString(),
                "-C",
                EXAMPLE.resolve("digits").toString(),
                "outputs",
                "data",
                "src",
                "main.py",
                "requirements.txt");
        first = client(
                "submit",
                compose("docker-compose.yml", "first", "").toString(),
                "--param",
                "epochs=3",
                "--param",
                "lr=0.01");
        assertThat(first.awaitExit(BUILD)).as(first.said()).isZero();
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    // The archive, its Dockerfile, its results ------------------------------------------------------------------------

    @Test
    void the_archive_is_unpacked_into_the_image_which_carries_the_name_of_the_compose_file() throws Exception {
        assertThat(execute(
                        "docker",
                        "run",
                        "--rm",
                        "--entrypoint",
                        "ls",
                        ON_THE_HOST,
                        "/main.py",
                        "/src",
                        "/requirements.txt",
                        "/data"))
                .contains("/main.py", "datasets.py", "models.py", "utils.py", "/requirements.txt", "digits-train.csv");
    }

    @Test
    void a_training_in_the_foreground_shows_its_log_and_leaves_checkpoints_and_event_files_where_the_file_says() {
        assertThat(first.out())
                .containsPattern("epoch 3/3: .*\n")
                .containsPattern("validation accuracy 0\\.9\\d+ after 3 epochs");
        assertThat(logs("first").resolve("checkpoints/last.npz")).isNotEmptyFile();
        assertThat(filesBelow(logs("first").resolve("tensorboard")))
                .singleElement()
                .asString()
                .contains("tfevents");
        assertThat(client(
                        "sql",
                        "--csv",
                        "select distinct kind from history.outputs join history.attempts using (attempt_id)"
                                + " where outputs_location like '%/first' order by kind"))
                .satisfies(sql -> {
                    assertThat(sql.awaitExit()).isZero();
                    assertThat(sql.out().lines().skip(1)).containsExactly("CHECKPOINT", "LOG", "TENSORBOARD");
                });
    }

    @Test
    void every_argument_is_passed_as_a_string_data_is_mounted_and_a_training_goes_on_from_an_earlier_checkpoint()
            throws Exception {
        Path data = installation.folder("data");
        for (String part : List.of("train", "val")) {
            Files.writeString(
                    data.resolve(part + ".csv"),
                    execute(
                            "docker",
                            "run",
                            "--rm",
                            "--entrypoint",
                            "cat",
                            ON_THE_HOST,
                            "/data/digits-" + part + ".csv"));
        }
        Path file = compose("resumed.yml", "resumed", """
                      - %s:/mnt/data:ro
                      - %s:/earlier:ro
                """.formatted(data, logs("first")));

        ProductProcess submit = client(
                "submit",
                file.toString(),
                "-d",
                "--param",
                "epochs=4",
                "--param",
                "lr=0.001",
                "--param",
                "bs=64",
                "--param",
                "num_worker=0",
                "--param",
                "log_frequency=5",
                "--param",
                "train_data=/mnt/data/train.csv",
                "--param",
                "val_data=/mnt/data/val.csv",
                "--param",
                "pretrained=/earlier/checkpoints/last.npz");
        UUID job = id(submit);
        installation.awaitJob(job, "SUCCEEDED");

        assertThat(log(job))
                .contains("continuing from /earlier/checkpoints/last.npz after 3 epochs")
                .contains("epoch 4/4");
        assertThat(argv(job))
                .endsWith(
                        "python",
                        "main.py",
                        "--epochs",
                        "4",
                        "--lr",
                        "0.001",
                        "--bs",
                        "64",
                        "--num_worker",
                        "0",
                        "--log_frequency",
                        "5",
                        "--train_data",
                        "/mnt/data/train.csv",
                        "--val_data",
                        "/mnt/data/val.csv",
                        "--pretrained",
                        "/earlier/checkpoints/last.npz");
    }

    // Run form A ------------------------------------------------------------------------------------------------------

    @Test
    void a_docker_run_line_in_the_foreground_shows_the_log_and_ends_with_the_exit_code_of_the_container() {
        ProductProcess run = client(
                "run",
                "--rm",
                "--gpus",
                "all",
                "-p",
                "25085:5000",
                "-v",
                logs("line") + ":/outputs",
                IMAGE,
                "--epochs",
                "1",
                "--lr",
                "0.01");

        assertThat(run.awaitExit()).as(run.said()).isZero();
        assertThat(run.out()).contains("epoch 1/1");
        assertThat(logs("line").resolve("checkpoints/last.npz")).isNotEmptyFile();

        ProductProcess wrong = client("run", "--rm", "--gpus", "2", IMAGE, "--lr", "a lot");
        assertThat(wrong.awaitExit()).as(wrong.said()).isEqualTo(2);
        assertThat(wrong.out()).contains("invalid float value: 'a lot'");
    }

    @Test
    void a_docker_run_line_in_the_background_prints_the_id_and_reserves_the_devices_that_it_names() {
        ProductProcess run = client("run", "-d", "--gpus", "\"device=0,1\"", IMAGE, "--epochs", "1");
        UUID job = id(run);
        installation.awaitJob(job, "SUCCEEDED");

        assertThat(installation
                        .sql()
                        .sql("select cardinality(devices) from history.attempts where job_id = :job")
                        .param("job", job)
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
        ProductProcess logs = client("logs", job.toString());
        assertThat(logs.awaitExit()).isZero();
        assertThat(logs.out()).contains("epoch 1/1");
    }

    // Run form B ------------------------------------------------------------------------------------------------------

    @Test
    void a_compose_file_in_the_background_prints_the_id_and_its_outputs_are_listed() {
        ProductProcess submit =
                client("submit", compose("background.yml", "background", "").toString(), "--param", "epochs=1", "-d");
        UUID job = id(submit);
        installation.awaitJob(job, "SUCCEEDED");

        ProductProcess outputs = client("outputs", job.toString());
        assertThat(outputs.awaitExit()).as(outputs.said()).isZero();
        assertThat(outputs.out())
                .contains(logs("background").toString())
                .contains("checkpoints/last.npz", "CHECKPOINT", "TENSORBOARD");
    }

    // Draft and parameters, the training API --------------------------------------------------------------------------

    @Test
    void a_draft_is_filled_in_written_as_yaml_and_trained_by_command_line_rest_and_kafka() throws Exception {
        String draft = """
                version: "3.8"
                services:
                  digits:
                    image: trainyard-test/digits
                    command: [python, main.py]
                    labels: {command: untouched}
                """;
        Path file = Files.writeString(handedIn.resolve("draft.yml"), draft);
        Path declared = Files.writeString(handedIn.resolve("params.yml"), """
                epochs: {type: int, default: 1, min: 1, help: train up to this epoch}
                lr: {type: float, default: 0.01}
                """);

        ProductProcess compose = client("compose", file.toString(), "--param", "lr=0.1", "--param", "--epochs=2");
        assertThat(compose.awaitExit()).as(compose.said()).isZero();
        assertThat(compose.out())
                .isEqualTo(draft.replace(
                        "[python, main.py]", "[python, main.py, \"--lr\", \"0.1\", \"--epochs\", \"2\"]"));

        ProductProcess add = client("drafts", "add", "digits", file.toString(), "--params", declared.toString());
        assertThat(add.awaitExit()).as(add.said()).isZero();
        ProductProcess help = client("train", "digits", "--help");
        assertThat(help.awaitExit()).isZero();
        assertThat(help.out()).contains("--epochs", "train up to this epoch");
        ProductProcess refused = client("train", "digits", "--epoch", "2");
        assertThat(refused.awaitExit()).isNotZero();
        assertThat(refused.err()).contains("epochs");

        ProductProcess train = client(
                "train",
                "digits",
                "--lr",
                "0.02",
                "--outputs",
                logs("by-command-line").toString());
        assertThat(train.awaitExit()).as(train.said()).isZero();
        assertThat(train.out()).contains("epoch 1/1");
        assertThat(logs("by-command-line").resolve("checkpoints/last.npz")).isNotEmptyFile();
        assertThat(logs("by-command-line"))
                .isDirectoryContaining("glob:**/trainyard-*.log")
                .isDirectoryContaining("glob:**/checkpoints");

        JsonNode published = post("/api/v1/trainings", """
                {"model": "digits", "params": {"lr": 0.02}, "outputs": "%s"}""".formatted(logs("by-rest")));
        UUID byRest = UUID.fromString(published.path("jobId").asString());
        installation.awaitJob(byRest, "SUCCEEDED");
        JsonNode training = get("/api/v1/trainings/" + byRest);
        assertThat(training.path("exitCode").asInt(-1)).isZero();
        assertThat(training.path("outputs").toString()).contains(logs("by-rest").toString());

        UUID byKafka = UUID.randomUUID();
        installation.publish(byKafka, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "draft": "digits@1", "params": {"lr": "0.02"},
                 "outputs": {"location": "%s"}}""".formatted(byKafka, logs("by-kafka")));
        installation.awaitJob(byKafka, "SUCCEEDED");
        assertThat(logs("by-kafka").resolve("checkpoints/last.npz")).isNotEmptyFile();

        for (UUID job : List.of(byRest, byKafka)) {
            assertThat(argv(job)).endsWith("python", "main.py", "--epochs", "1", "--lr", "0.02");
        }
    }

    @Test
    void a_bare_message_of_kafkas_own_client_trains_as_well() {
        UUID job = UUID.randomUUID();
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "bare",
                 "image": {"reference": "trainyard-test/digits"}, "gpus": {"count": 1},
                 "run": {"command": ["--epochs", "1"], "outputs": {"location": "%s"}}}""".formatted(job, logs("bare")));
        installation.awaitJob(job, "SUCCEEDED");

        assertThat(log(job)).contains("epoch 1/1");
        assertThat(logs("bare").resolve("checkpoints/last.npz")).isNotEmptyFile();
    }

    // -----------------------------------------------------------------------------------------------------------------

    /** The file that a team writes, with {@code /logs/<container_name>:"/outputs"} as it writes it. */
    private static Path compose(String file, String name, String moreVolumes) {
        try {
            return Files.writeString(handedIn.resolve(file), """
                    version: "3.8"
                    services:
                      digits:
                        image: %s
                        build: .
                        container_name: %s
                        ports:
                          - "25080:5000"
                        volumes:
                          - %s:"/outputs"
                    %s    deploy:
                          resources:
                            reservations:
                              devices:
                                - driver: nvidia
                                  count: 1
                                  capabilities: [gpu]
                        command:
                          - python
                          - main.py
                    """.formatted(IMAGE, name, logs(name), moreVolumes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the training of that name leaves its results. */
    private static Path logs(String name) {
        return installation.folder("logs").resolve(name);
    }

    private static List<Path> filesBelow(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static UUID id(ProductProcess detached) {
        assertThat(detached.awaitExit()).as(detached.said()).isZero();
        return UUID.fromString(detached.out().strip());
    }

    private static String log(UUID job) {
        return String.join(
                "",
                installation
                        .internalSql()
                        .sql("""
                                select c.text from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                                where a.job_id = :job and c.source = 'CONTAINER' order by c.seq""")
                        .param("job", job)
                        .query(String.class)
                        .list());
    }

    private static List<String> argv(UUID job) {
        List<String> words = new ArrayList<>();
        JsonMapper.shared()
                .readTree(installation
                        .sql()
                        .sql("select argv::text from history.attempts where job_id = :job")
                        .param("job", job)
                        .query(String.class)
                        .single())
                .forEach(word -> words.add(word.asString()));
        return words;
    }

    private static JsonNode get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server + path)).build());
    }

    private static JsonNode post(String path, String json) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    private static JsonNode send(HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
            return JsonMapper.shared().readTree(response.body());
        }
    }

    private static void docker(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(Arrays.asList(arguments));
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static String execute(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }

    private static ProductProcess client(String... arguments) {
        return installation.client(server, arguments);
    }
}
