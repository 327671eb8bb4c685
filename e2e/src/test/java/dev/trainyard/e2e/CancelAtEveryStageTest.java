package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job is cancelled at each stage of its life, by the client, over REST or by a message, and the worker acts upon it. */
class CancelAtEveryStageTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @SuppressWarnings("NullAway.Init")
    private static String server;

    /** It goes on to the next test, unless that one needs another. */
    @SuppressWarnings("NullAway.Init")
    private static ProductProcess worker;

    @BeforeAll
    static void start() {
        installation = Installation.start(CancelAtEveryStageTest.class);
        server = installation.startServer();
        startWorker();
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @BeforeEach
    void a_worker_runs() {
        if (!worker.isAlive()) {
            startWorker();
        }
    }

    @Test
    void a_queued_or_held_job_never_begins() {
        UUID queued = publishForLater();
        UUID held = publishForLater();
        cancelByClient(queued);
        ProductProcess hold = installation.client(server, "hold", held.toString());
        assertThat(hold.awaitExit()).as(hold.said()).isZero();
        installation.awaitJob(held, "HELD");
        cancelOverRest(held);

        for (UUID job : List.of(queued, held)) {
            installation.awaitJob(job, "CANCELLED");
            assertThat(installation.attempts(job)).isEmpty();
        }
        everyInvariantHolds();
    }

    @Test
    void a_reserved_attempt_does_not_begin() {
        Training training = publishTo(Failpoint.freezeBefore("AttemptStore#begin"));
        assertThat(installation.attempts(training.job())).containsExactly("1 RESERVED");

        cancelOverRest(training.job());
        worker.thaw();

        cancelled(training, "1 CANCELLED");
        assertThat(training.entries()).isEmpty();
        everyInvariantHolds(training);
    }

    @Test
    void a_build_is_broken_off() {
        // Of this run alone: the engine knows what it has built before.
        String longStep = "echo %s; sleep 600".formatted(UUID.randomUUID());
        Training training = Training.built(installation, server, "FROM busybox:latest%nRUN %s%n".formatted(longStep));
        await().atMost(ProductProcess.PATIENCE).until(() -> installation.runs(longStep));
        assertThat(installation.attempts(training.job())).containsExactly("1 PREPARING");

        cancelByMessage(training.job());

        cancelled(training, "1 CANCELLED");
        await().atMost(ProductProcess.PATIENCE).until(() -> !installation.runs(longStep));
        assertThat(worker.err()).doesNotContain("a failure of ours");
        assertThat(training.entries()).isEmpty();
        everyInvariantHolds(training);
    }

    @Test
    void a_created_container_is_not_started_by_the_next_process() {
        Training training = publishTo(Failpoint.freezeAfter("AttemptStore#created"));
        assertThat(installation.attempts(training.job())).containsExactly("1 PREPARING");
        assertThat(installation.containersOf(training.job())).hasSize(1);

        cancelByClient(training.job());
        worker.kill();
        startWorker();

        cancelled(training, "1 CANCELLED");
        assertThat(training.entries()).isEmpty();
        everyInvariantHolds(training);
    }

    /** Between the record of the container and its start nobody looks at the row again. */
    @Test
    void a_start_that_was_under_way_is_stopped() {
        Training training = publishTo(Failpoint.freezeAfter("AttemptStore#created"));

        cancelByClient(training.job());
        worker.thaw();

        cancelled(training, "1 CANCELLED");
        assertThat(training.containersThat("ended")).isEmpty();
        everyInvariantHolds(training);
    }

    @Test
    void a_running_attempt_is_stopped() {
        Training training = publish();
        awaitRunning(training);

        cancelByMessage(training.job());

        cancelled(training, "1 CANCELLED");
        assertThat(training.containersThat("stopped")).isEqualTo(training.containersThat("started"));
        everyInvariantHolds(training);
    }

    @Test
    void a_running_attempt_is_stopped_while_kafka_does_not_answer() {
        Training training = publish();
        awaitRunning(training);

        installation.services().withoutKafka(() -> {
            cancelByClient(training.job());
            cancelled(training, "1 CANCELLED");
        });

        assertThat(training.containersThat("stopped")).isEqualTo(training.containersThat("started"));
        everyInvariantHolds(training);
    }

    @Test
    void a_collecting_attempt_keeps_its_cause() {
        Training training = Training.of(installation);
        training.gate().open();
        publishTo(Failpoint.freezeBefore("OutputStore#record"), training);
        assertThat(installation.attempts(training.job())).containsExactly("1 COLLECTING");

        cancelOverRest(training.job());
        worker.thaw();

        cancelled(training, "1 PROGRAM_ERROR");
        everyInvariantHolds(training);
    }

    // The ways of a cancel --------------------------------------------------------------------------------------------

    private static void cancelByClient(UUID job) {
        ProductProcess cancel = installation.client(server, "cancel", job.toString());
        assertThat(cancel.awaitExit()).as(cancel.said()).isZero();
    }

    private static void cancelOverRest(UUID job) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(server).resolve("/api/v1/jobs/%s/cancel".formatted(job)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void cancelByMessage(UUID job) {
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "cancel", "jobId": "%s"}""".formatted(job));
    }

    // Its stages ------------------------------------------------------------------------------------------------------

    private static void startWorker() {
        worker = Installation.awaitReady(installation.startWorker("gpu-1"));
    }

    /** One whose worker stands still at that point; it does so once. */
    private static Training publishTo(Failpoint point) {
        return publishTo(point, Training.of(installation));
    }

    private static Training publishTo(Failpoint point, Training training) {
        worker.close();
        worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2", point));
        installation.publish(training.job(), training.request());
        worker.awaitSaying("failpoint reached");
        return training;
    }

    private static Training publish() {
        Training training = Training.of(installation);
        installation.publish(training.job(), training.request());
        return training;
    }

    /** A job that waits until it is due. */
    private static UUID publishForLater() {
        UUID job = UUID.randomUUID();
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "later",
                 "image": {"reference": "busybox:latest"}, "run": {"command": ["true"]},
                 "notBefore": "2100-01-01T00:00:00Z"}""".formatted(job));
        installation.awaitJob(job, "QUEUED");
        return job;
    }

    private static void awaitRunning(Training training) {
        await().atMost(ProductProcess.PATIENCE).untilAsserted(() -> {
            assertThat(installation.attempts(training.job())).containsExactly("1 RUNNING");
            assertThat(training.containersThat("started")).hasSize(1);
        });
    }

    private static void cancelled(Training training, String attempt) {
        installation.awaitJob(training.job(), "CANCELLED");
        assertThat(installation.attempts(training.job())).containsExactly(attempt);
    }

    private static void everyInvariantHolds(Training... trainings) {
        assertThat(new Invariants(installation).violations(List.of(trainings))).isEmpty();
    }
}
