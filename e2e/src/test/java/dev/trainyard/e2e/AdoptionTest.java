package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker's process ends while a container runs; the next process with its state directory goes on with it. */
class AdoptionTest {

    private static final String NAME = "gpu-1";
    private static final Pattern LAST_LINE = Pattern.compile("last (\\d+)\n");

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @SuppressWarnings("NullAway.Init")
    private static ProductProcess worker;

    private final UUID job = UUID.randomUUID();

    @SuppressWarnings("NullAway.Init")
    private Gate gate;

    @BeforeAll
    static void start() {
        installation = Installation.start(AdoptionTest.class);
        startWorker();
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @BeforeEach
    void a_training_runs() {
        gate = new Gate(installation.folder("gate-" + job));
        // Numbered lines, so that a lost and a repeated one both show; an exit code that nothing else has; not to be
        // retried for it.
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "counting",
                 "image": {"reference": "busybox:latest"},
                 "run": {
                   "command": ["sh", "-c", "i=0; while [ ! -e /gate/open ]; do i=$((i+1)); echo line $i; sleep 0.05; done; echo last $i; exit 7"],
                   "mounts": %s},
                 "gpus": {"count": 1},
                 "retry": {"maxAttempts": 3, "rules": [{"onExitCode": [7], "action": "FAIL"}]}}""".formatted(job, gate.mounts()));
        installation.awaitJob(job, "RUNNING");
        await().atMost(ProductProcess.PATIENCE).until(() -> log().contains("line 10\n"));
    }

    @Test
    void a_worker_killed_while_a_container_runs_adopts_it_when_it_is_started_again() throws IOException {
        Map<String, Object> before = attempt();

        worker.kill();
        String stored = log();
        startWorker();
        worker.awaitSaying("continuing with 1 trainings of a previous process");
        await().atMost(ProductProcess.PATIENCE).until(() -> log().length() > stored.length() + 100);
        gate.open();
        installation.awaitJob(job, "FAILED");

        assertThatItRanOnce(before);
    }

    @Test
    void a_worker_stopped_politely_leaves_the_training_running_and_adopts_it_when_it_is_started_again()
            throws IOException {
        Map<String, Object> before = attempt();

        ProductProcess stopped = worker;
        int exitCode = stopped.stop();
        assertThat(installation.isRunning(containerId())).isTrue();
        startWorker();
        gate.open();
        installation.awaitJob(job, "FAILED");

        assertThat(exitCode).isZero();
        assertThat(stopped.err()).doesNotContain("WARN", "ERROR");
        assertThatItRanOnce(before);
    }

    @Test
    void a_training_that_ends_while_no_worker_watches_keeps_its_exit_code_and_its_log() throws IOException {
        Map<String, Object> before = attempt();

        worker.kill();
        gate.open();
        String container = containerId();
        await().atMost(ProductProcess.PATIENCE).until(() -> !installation.isRunning(container));
        startWorker();
        installation.awaitJob(job, "FAILED");

        assertThatItRanOnce(before);
    }

    private static void startWorker() {
        worker = Installation.awaitReady(installation.startWorker(NAME));
    }

    private Map<String, Object> attempt() {
        return installation
                .sql()
                .sql("select attempt_id, container_id, started_at from history.attempts where job_id = :job")
                .param("job", job)
                .query()
                .singleRow();
    }

    private String containerId() {
        return (String) attempt().get("container_id");
    }

    /** What people see of the container's log. */
    private String log() {
        return installation
                .internalSql()
                .sql("""
                        select coalesce(string_agg(text, '' order by seq), '')
                        from trainyard.log_chunk join trainyard.attempt on id = attempt_id
                        where job_id = :job and source = 'CONTAINER'
                        """)
                .param("job", job)
                .query(String.class)
                .single();
    }

    private void assertThatItRanOnce(Map<String, Object> before) throws IOException {
        assertThat(attempt()).isEqualTo(before);
        assertThat(installation
                        .sql()
                        .sql("""
                                select concat_ws(' ', j.attempts, j.retries_spent, a.cause, a.exit_code)
                                from history.jobs j join history.attempts a using (job_id) where job_id = :job
                                """)
                        .param("job", job)
                        .query(String.class)
                        .list())
                .isEqualTo(List.of("1 0 PROGRAM_ERROR 7"));
        String log = log();
        assertThat(log).isEqualTo(whole(log));
        Path file = installation.folder("outputs").resolve(job.toString()).resolve("1/trainyard.log");
        assertThat(Files.readString(file)).isEqualTo(log);
    }

    private static String whole(String log) {
        var last = LAST_LINE.matcher(log);
        assertThat(last.find()).as("the log has its end: %s", log).isTrue();
        int lines = Integer.parseInt(last.group(1));
        return IntStream.rangeClosed(1, lines)
                .mapToObj(line -> "line " + line + "\n")
                .collect(Collectors.joining("", "", "last " + lines + "\n"));
    }
}
