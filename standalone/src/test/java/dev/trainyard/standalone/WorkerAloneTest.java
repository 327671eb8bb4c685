package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.trainyard.db.PostgresUrl;
import dev.trainyard.standalone.embedded.LocalPostgres;
import dev.trainyard.worker.OnStop;
import dev.trainyard.worker.Worker;
import dev.trainyard.worker.WorkerProblem;
import dev.trainyard.worker.WorkerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker beside a running installation, which stops, and which finds no Kafka. */
class WorkerAloneTest {

    private static final String NO_KAFKA = "127.0.0.1:1";

    @TempDir
    private static Path directory;

    private static Yard yard;

    @BeforeAll
    static void start() {
        // Without devices, so that what needs one runs on the worker of the test.
        yard = new Yard(directory, "none");
    }

    @AfterAll
    static void stop() {
        yard.close();
    }

    private static Worker worker(String name, String kafka) {
        return worker(name, kafka, OnStop.LEAVE);
    }

    private static Worker worker(String name, String kafka, OnStop onStop) {
        PostgresUrl postgres = yard.standalone().login(LocalPostgres.WORKER);
        return Worker.start(new WorkerSettings(
                kafka,
                postgres,
                name,
                "slots:1",
                directory.resolve(name),
                directory.resolve(name + "-outputs"),
                List.of(),
                null,
                directory.resolve("policy.yml"),
                onStop,
                System.getenv()));
    }

    /** A training that runs until its gate is opened, or until it is told to stop: then it ends well. */
    private static UUID gated(Path gate) {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"gated","gpus":{"count":1},
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c","trap 'exit 0' TERM; until [ -e /gate/open ]; do sleep 0.1; done"],
                        "mounts":[{"source":"%s","target":"/gate","readOnly":true}]}}""".formatted(job, gate));
        yard.awaitAttempt(job, "RUNNING");
        return job;
    }

    private static Object stateOf(String worker) {
        return yard.value("select state from history.workers where name = ?", worker);
    }

    @Test
    void a_worker_that_cannot_start_without_kafka_leaves_no_trace() {
        assertThatThrownBy(() -> worker("traceless", NO_KAFKA))
                .isInstanceOfSatisfying(
                        WorkerProblem.class,
                        problem -> assertThat(problem.exitCode()).isEqualTo(69))
                .hasMessageContaining(NO_KAFKA);

        assertThat(stateOf("traceless")).isNull();
    }

    @Test
    void a_worker_that_stops_says_so_and_goes_on_with_its_training_when_it_is_back_even_without_kafka()
            throws IOException {
        Path gate = Files.createDirectory(directory.resolve("gate"));
        UUID job;
        try (Worker first = worker("second", yard.standalone().kafka())) {
            assertThat(first).isNotNull();
            job = gated(gate);
        }
        assertThat(stateOf("second")).isEqualTo("STOPPED");

        try (Worker second = worker("second", NO_KAFKA)) {
            assertThat(second).isNotNull();
            assertThat(stateOf("second")).isEqualTo("ACTIVE");
            Files.createFile(gate.resolve("open"));
            yard.awaitJob(job, "SUCCEEDED");
        }
        assertThat(yard.attempts(job)).hasSize(1);
    }

    @Test
    void a_worker_that_drains_takes_nothing_new_and_ends_with_its_last_training() throws Exception {
        Path gate = Files.createDirectory(directory.resolve("drain"));
        Worker worker = worker("drained", yard.standalone().kafka(), OnStop.DRAIN);
        UUID job = gated(gate);

        Thread stop = Thread.startVirtualThread(worker::close);
        await().atMost(Yard.SOON).until(() -> "DRAINING".equals(stateOf("drained")));
        UUID waits = yard.submit("true", ",\"gpus\":{\"count\":1}");
        await().atMost(Yard.SOON).until(() -> yard.jobState(waits) != null);
        assertThat(stop.isAlive()).isTrue();
        Files.createFile(gate.resolve("open"));
        stop.join();

        assertThat(yard.jobState(job)).isEqualTo("SUCCEEDED");
        assertThat(stateOf("drained")).isEqualTo("STOPPED");
        assertThat(yard.attempts(waits)).isEmpty();
        yard.cancel(waits);
    }

    @Test
    void a_worker_that_stops_its_jobs_ends_their_trainings_which_are_queued_again_for_nothing() throws Exception {
        Path gate = Files.createDirectory(directory.resolve("stop-jobs"));
        Worker worker = worker("evicting", yard.standalone().kafka(), OnStop.STOP_JOBS);
        UUID job = gated(gate);

        worker.close();

        assertThat(yard.attempts(job))
                .singleElement()
                .satisfies(attempt -> assertThat(attempt).containsEntry("cause", "PREEMPTED"));
        assertThat(yard.jobState(job)).isEqualTo("QUEUED");
        assertThat(yard.value("select retries_spent from history.jobs where job_id = ?", job))
                .isEqualTo(0);
        assertThat(stateOf("evicting")).isEqualTo("STOPPED");
        yard.cancel(job);
    }

    @Test
    void a_worker_whose_disk_is_full_gets_nothing_new_until_there_is_room_again() throws Exception {
        Path outputs = Files.createDirectory(directory.resolve("small-outputs"));
        command("mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", outputs.toString());
        try (Worker worker = worker("small", yard.standalone().kafka())) {
            assertThat(worker).isNotNull();
            Path large = Files.createFile(outputs.resolve("large"));
            command("dd", "if=/dev/zero", "of=" + large, "bs=1M", "count=100");

            await().atMost(Yard.SOON)
                    .untilAsserted(() -> assertThat(unfit("small")).contains(outputs.toString()));
            assertThat(health()).contains("\"small\":\"DOWN: less than 256 MiB free", "\"postgres\":\"UP\"");
            Files.delete(large);
            await().atMost(Yard.SOON)
                    .untilAsserted(() -> assertThat(unfit("small")).isEmpty());
        } finally {
            command("umount", outputs.toString());
        }
    }

    @Test
    @Tag("slow")
    void a_training_whose_outputs_disk_does_not_answer_can_be_cancelled_and_else_ends_after_a_minute()
            throws Exception {
        Path outputs = Files.createDirectory(directory.resolve("frozen-outputs"));
        Path disk = directory.resolve("disk");
        command("truncate", "--size=1G", disk.toString());
        command("mkfs.ext4", "-q", disk.toString());
        command("mount", "-o", "loop", disk.toString(), outputs.toString());
        try (Worker worker = worker("frozen", yard.standalone().kafka())) {
            assertThat(worker).isNotNull();
            command("fsfreeze", "--freeze", outputs.toString());
            try {
                UUID cancelled = yard.submit("true", ",\"gpus\":{\"count\":1}");
                yard.awaitAttempt(cancelled, "PREPARING");
                yard.cancel(cancelled);
                yard.awaitJob(cancelled, "CANCELLED");
                UUID left = yard.submit("true", ",\"gpus\":{\"count\":1}");
                yard.awaitAttempt(left, "PREPARING");

                await().atMost(Yard.SOON.multipliedBy(2))
                        .untilAsserted(() -> assertThat(yard.attempts(left))
                                .first()
                                .satisfies(attempt -> assertThat(attempt)
                                        .containsEntry("cause", "PREPARE_TIMEOUT")
                                        .containsEntry("state", "ENDED")));
                yard.cancel(left);
            } finally {
                command("fsfreeze", "--unfreeze", outputs.toString());
            }
        } finally {
            command("umount", outputs.toString());
        }
    }

    private static String health() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI health = yard.standalone().rest().resolve("/api/v1/health");
            return client.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static String unfit(String worker) {
        return (String) yard.value("select coalesce(unfit_because, '') from history.workers where name = ?", worker);
    }

    private static void command(String... words) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
    }
}
