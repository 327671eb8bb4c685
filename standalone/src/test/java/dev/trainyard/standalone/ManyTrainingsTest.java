package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker with more trainings at once than it has connections to the database. */
class ManyTrainingsTest {

    private static final int DEVICES = 8;

    @TempDir
    private static Path directory;

    private static Path gate;
    private static Yard yard;

    @BeforeAll
    static void start() throws IOException {
        gate = Files.createDirectory(directory.resolve("gate"));
        yard = new Yard(directory, "slots:" + DEVICES);
    }

    @AfterAll
    static void stop() {
        yard.close();
    }

    @BeforeEach
    void close_the_gate() throws IOException {
        Files.deleteIfExists(gate.resolve("open"));
    }

    @Test
    void run_side_by_side_and_each_can_be_cancelled() throws IOException {
        List<UUID> jobs = Stream.generate(this::waitingJob).limit(DEVICES).toList();
        jobs.forEach(job -> yard.awaitAttempt(job, "RUNNING"));

        yard.publish(jobs.getFirst(), """
                {"schema":"trainyard.request/v1","kind":"cancel","jobId":"%s"}""".formatted(jobs.getFirst()));
        yard.awaitJob(jobs.getFirst(), "CANCELLED");
        Files.createFile(gate.resolve("open"));

        for (UUID job : jobs.subList(1, DEVICES)) {
            yard.awaitJob(job, "SUCCEEDED");
            assertThat(yard.log(job)).isEqualTo("waiting\ndone\n");
        }
    }

    @Test
    void live_on_while_every_connection_to_the_database_is_cut() throws IOException {
        UUID job = waitingJob();
        yard.awaitAttempt(job, "RUNNING");

        yard.selectInside("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'trainyard_worker'");
        Files.createFile(gate.resolve("open"));

        yard.awaitJob(job, "SUCCEEDED");
        assertThat(yard.attempts(job))
                .singleElement()
                .satisfies(attempt -> assertThat(attempt).containsEntry("exit_code", 0));
    }

    private UUID waitingJob() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"waiting","gpus":{"count":1},"gracePeriod":"PT1S",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c","echo waiting; while [ ! -e /gate/open ]; do sleep 0.1; done; echo done"],
                        "mounts":[{"source":"%s","target":"/gate","readOnly":true}]}}""".formatted(job, gate));
        return job;
    }
}
