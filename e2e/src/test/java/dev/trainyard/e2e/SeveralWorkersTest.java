package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.request.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three workers with two devices each share one Kafka and one Postgres. */
class SeveralWorkersTest {

    private static final List<String> WORKERS = List.of("gpu-1", "gpu-2", "gpu-3");

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(SeveralWorkersTest.class);
        List<ProductProcess> workers =
                WORKERS.stream().map(installation::startWorker).toList();
        workers.forEach(Installation::awaitReady);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void twelve_jobs_run_once_each_spread_over_three_workers_and_no_device_is_booked_twice() {
        Gate gate = new Gate(installation.folder("gate"));
        List<UUID> jobs =
                IntStream.range(0, 12).mapToObj(job -> UUID.randomUUID()).toList();

        installation.publish(jobs.stream()
                .map(job -> Map.entry(job.toString(), """
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "twelve",
                         "image": {"reference": "busybox:latest"},
                         "run": {"command": ["sh", "-c", "while [ ! -e /gate/open ]; do sleep 0.1; done"], "mounts": %s},
                         "gpus": {"count": 1}}""".formatted(job, gate.mounts())))
                .toList());

        // All six devices are busy at once, two on each host, and six jobs wait.
        await().atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(installation
                                .sql()
                                .sql(
                                        "select worker from history.attempts where job_name = 'twelve' and state = 'RUNNING'")
                                .query(String.class)
                                .list())
                        .containsExactlyInAnyOrder("gpu-1", "gpu-1", "gpu-2", "gpu-2", "gpu-3", "gpu-3"));
        assertThat(installation
                        .sql()
                        .sql("select waiting_because from history.queue where name = 'twelve'")
                        .query(String.class)
                        .list())
                .hasSize(6)
                .doesNotContainNull();
        gate.open();
        jobs.forEach(job -> installation.awaitJob(job, "SUCCEEDED"));

        assertThat(installation
                        .sql()
                        .sql(
                                "select job_id from history.attempts where job_name = 'twelve' and cause = 'COMPLETED' and exit_code = 0")
                        .query(UUID.class)
                        .list())
                .containsExactlyInAnyOrderElementsOf(jobs);
        assertThat(installation.sql().sql("""
                                select one.device, one.attempt_id, other.attempt_id
                                from history.gpu_reservations one
                                join history.gpu_reservations other using (device)
                                where one.attempt_id < other.attempt_id
                                  and tstzrange(one.reserved_at, one.released_at) && tstzrange(other.reserved_at, other.released_at)
                                """).query().listOfRows()).isEmpty();
    }

    @Test
    void a_message_from_kafkas_own_console_producer_works_just_as_well() throws IOException, InterruptedException {
        UUID job = UUID.randomUUID();
        String message = """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "by-hand",
                 "image": {"reference": "busybox:latest"}, "run": {"command": ["echo", "hello"]}}
                """.formatted(job).replace("\n", "");

        runConsoleProducer(message);

        installation.awaitJob(job, "SUCCEEDED");
        Path log = installation.folder("outputs").resolve(job.toString()).resolve("1/trainyard.log");
        assertThat(log).isRegularFile();
        assertThat(Files.readString(log)).contains("hello");
    }

    @Test
    void an_unreadable_record_goes_to_the_dead_letters_and_later_ones_are_accepted() {
        UUID job = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        // One key, and so one partition: the good one comes after the bad ones.
        String key = job.toString();

        installation.publish(List.of(
                Map.entry(key, "no JSON at all"),
                Map.entry(key, """
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "typo",
                         "image": {"reference": "busybox:latest"}, "gpu": {"count": 1}}""".formatted(job)),
                Map.entry(key, """
                        {"schema": "trainyard.request/v9", "kind": "submit", "jobId": "%s", "name": "newer",
                         "image": {"reference": "busybox:latest"}, "run": {"command": ["true"]}}""".formatted(job)),
                Map.entry(key, """
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "astray",
                         "image": {"reference": "busybox:latest"}}""".formatted(other)),
                Map.entry(key, """
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "good",
                         "image": {"reference": "busybox:latest"}, "run": {"command": ["true"]}}""".formatted(job))));

        installation.awaitJob(job, "SUCCEEDED");
        assertThat(installation.rejections(job))
                .satisfiesExactly(
                        first -> assertThat(first).contains("JSON"),
                        second -> assertThat(second).contains("gpu").contains("gpus"),
                        third -> assertThat(third).contains("trainyard.request/v9", "trainyard.request/v1"));
        assertThat(installation.rejections(other)).singleElement().asString().contains("The key must be the jobId");
        assertThat(installation.deadLetters(key, 4))
                .extracting(ConsumerRecord::value)
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo("no JSON at all"),
                        second -> assertThat(second).contains("typo"),
                        third -> assertThat(third).contains("newer"),
                        fourth -> assertThat(fourth).contains("astray"));
    }

    @Test
    void other_content_under_an_id_that_was_accepted_goes_to_the_dead_letters_with_the_reason() {
        UUID job = UUID.randomUUID();
        String key = job.toString();
        String message = """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "%s",
                 "image": {"reference": "busybox:latest"}, "run": {"command": ["true"]}}""";

        installation.publish(List.of(
                Map.entry(key, message.formatted(job, "first")),
                Map.entry(key, message.formatted(job, "first")),
                Map.entry(key, message.formatted(job, "second"))));

        assertThat(installation.deadLetters(key, 1)).singleElement().satisfies(letter -> {
            assertThat(letter.value()).contains("second");
            assertThat(letter.headers().lastHeader("trainyard-reason").value())
                    .asString()
                    .contains("was accepted with other content", "new jobId");
        });
        await().atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(installation.rejections(job))
                        .singleElement()
                        .asString()
                        .contains("other content"));
        installation.awaitJob(job, "SUCCEEDED");
    }

    @Test
    void a_failing_job_is_tried_again_after_a_backoff_until_its_attempts_are_spent() {
        UUID job = UUID.randomUUID();

        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "failing",
                 "image": {"reference": "busybox:latest"}, "run": {"command": ["sh", "-c", "echo broken; exit 3"]},
                 "retry": {"maxAttempts": 3, "backoff": "1s"}}""".formatted(job));

        installation.awaitJob(job, "FAILED");
        assertThat(installation
                        .sql()
                        .sql("""
                                select concat_ws(' ', number, state, cause, exit_code, detail) from history.attempts
                                where job_id = :job order by number
                                """)
                        .param("job", job)
                        .query(String.class)
                        .list())
                .isEqualTo(Stream.of(1, 2, 3)
                        .map(number -> number + " ENDED PROGRAM_ERROR 3 exit code 3: broken")
                        .toList());
        // It doubles, give or take a quarter.
        assertThat(installation
                        .sql()
                        .sql("""
                                select extract(epoch from min(next.reserved_at - last.ended_at))
                                from history.attempts last
                                join history.attempts next on next.job_id = last.job_id and next.number = last.number + 1
                                where last.job_id = :job
                                group by last.number order by last.number
                                """)
                        .param("job", job)
                        .query(Double.class)
                        .list())
                .satisfiesExactly(
                        first -> assertThat(first).isGreaterThan(0.75),
                        second -> assertThat(second).isGreaterThan(1.5));
    }

    /** As {@code kafka-console-producer.sh} starts it. */
    private static void runConsoleProducer(String message) throws IOException, InterruptedException {
        Path folder = installation.folder("console-producer");
        Path input = Files.writeString(folder.resolve("input"), message + "\n");
        Process producer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dlogback.configurationFile=images/kafka/logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.apache.kafka.tools.ConsoleProducer",
                        "--bootstrap-server",
                        installation.kafka(),
                        "--topic",
                        Topics.REQUESTS)
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        try {
            assertThat(producer.waitFor(ProductProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(producer.exitValue())
                    .as(Files.readString(folder.resolve("output")))
                    .isZero();
        } finally {
            producer.destroyForcibly();
        }
    }
}
