package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cause per attempt, each produced by the real engine; others are in JobsTest, EngineFaultsTest and WorkerAloneTest. */
class VerdictsTest {

    private static final String FILL_MEMORY = "x=a; while true; do x=$x$x; done";

    @TempDir
    private static Path directory;

    private static Yard yard;

    @BeforeAll
    static void start() {
        yard = new Yard(directory, "slots:2");
    }

    @AfterAll
    static void stop() {
        yard.close();
    }

    @Test
    void a_program_that_takes_more_memory_than_it_may_is_out_of_memory() {
        UUID job = run(FILL_MEMORY, ",\"memory\":\"20m\"");

        assertThat(ended(job)).containsEntry("cause", "OUT_OF_MEMORY").containsEntry("exit_code", 137);
    }

    /** The engine mounts a volume without a name there, which goes with the container. */
    @Test
    void files_in_a_volume_of_the_image_within_the_outputs_are_kept() throws Exception {
        Path context = Files.createDirectories(directory.resolve("volume"));
        Files.writeString(
                context.resolve("Dockerfile"),
                "FROM busybox:latest\nRUN true\nVOLUME /outputs/checkpoints /outputs/a/b\n");
        String image = "trainyard-test/volume:" + UUID.randomUUID();
        docker("build", "-t", image, context.toString());
        try {
            String script = "echo x > /outputs/checkpoints/last.pt; echo y > /outputs/a/b/c";
            UUID managed = submit(image, script, "");
            UUID named = submit(
                    image,
                    script,
                    ",\"outputs\":{\"target\":\"/outputs\",\"location\":\"%s\"}".formatted(directory.resolve("named")));

            yard.awaitJob(managed, "SUCCEEDED");
            assertThat(yard.select("select path from history.outputs where job_id = ?", managed))
                    .extracting(row -> row.get("path"))
                    .contains("checkpoints/last.pt", "a/b/c");
            yard.awaitJob(named, "SUCCEEDED");
            assertThat(said(named))
                    .contains("the image declares /outputs/checkpoints as a VOLUME")
                    .contains("-v %s/named/a/b:/outputs/a/b".formatted(directory));
        } finally {
            docker("rmi", image);
        }
    }

    @Test
    void outputs_list_links_as_such_and_the_log_names_pipes_that_they_do_not_list() {
        UUID job = run("cd /outputs; echo x > e3.pt; ln -s e3.pt latest.pt; mkfifo p", "");

        yard.awaitJob(job, "SUCCEEDED");

        assertThat(yard.select("select path from history.outputs where job_id = ? and kind = 'LINK'", job))
                .containsExactly(Map.of("path", "latest.pt"));
        assertThat(said(job)).contains("[outputs: p is a pipe, socket or device: ");
    }

    /** What Trainyard says in the log of the job. */
    private static String said(UUID job) {
        return yard.selectInside("""
                select c.text from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                where a.job_id = ? and c.source = 'TRAINYARD' order by c.seq""", job).stream()
                .map(row -> (String) row.get("text"))
                .collect(Collectors.joining());
    }

    private static UUID submit(String image, String script, String more) {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"test","image":{"reference":"%s"},
                 "run":{"command":["sh","-c",%s]%s}}""".formatted(job, image, Yard.quoted(script), more));
        return job;
    }

    private static void docker(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void a_program_that_ends_badly_because_a_child_took_too_much_memory_is_out_of_memory() {
        UUID job = run("sh -c '%s'; exit 1".formatted(FILL_MEMORY), ",\"memory\":\"20m\"");

        assertThat(ended(job)).containsEntry("cause", "OUT_OF_MEMORY").containsEntry("exit_code", 1);
    }

    @Test
    void a_program_that_does_well_although_a_child_took_too_much_memory_has_completed_and_the_row_tells_of_it() {
        UUID job = run("sh -c '%s'; exit 0".formatted(FILL_MEMORY), ",\"memory\":\"20m\"");

        yard.awaitJob(job, "SUCCEEDED");
        assertThat(yard.select("select cause, oom_killed from history.attempts where job_id = ?", job))
                .containsExactly(Map.of("cause", "COMPLETED", "oom_killed", true));
    }

    /** A retry for nothing would run it three times, with all that it does. */
    @Test
    void a_program_that_ends_by_itself_with_the_code_of_a_kill_has_failed_once() {
        UUID job = run("sleep 100 & P=$!; echo trained; kill $P; wait $P", "");

        assertThat(ended(job)).containsEntry("cause", "PROGRAM_ERROR").containsEntry("exit_code", 143);
        assertThat((String) ended(job).get("detail")).contains("no record of a kill");
        assertThat(yard.attempts(job)).hasSize(1);
    }

    @Test
    void a_program_that_fills_a_small_file_system_of_its_container_has_failed_with_a_hint() {
        UUID job = run("dd if=/dev/zero of=/dev/shm/x bs=1024 count=5000", ",\"shmSize\":\"1m\"");

        assertThat(ended(job)).containsEntry("cause", "PROGRAM_ERROR").containsEntry("exit_code", 1);
        assertThat((String) ended(job).get("detail")).contains("no space was left", "--shm-size");
    }

    @Test
    void a_framework_that_says_that_the_gpus_memory_is_exhausted_has_failed_and_its_words_are_a_hint() {
        UUID job = run("echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB'; exit 1", "");

        assertThat(ended(job)).containsEntry("cause", "PROGRAM_ERROR");
        assertThat((String) ended(job).get("detail")).contains("CUDA out of memory", "smaller batch");
    }

    @Test
    void a_place_whose_file_system_is_full_is_a_full_disk_and_the_job_waits_for_a_try_for_nothing()
            throws IOException, InterruptedException {
        Path small = Files.createDirectory(directory.resolve("small"));
        command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString());
        try {
            UUID job = run(
                    "dd if=/dev/zero of=/outputs/checkpoint bs=1024 count=2048; rc=$?; exit $rc",
                    ",\"outputs\":{\"location\":\"%s\"}".formatted(small));

            yard.awaitAttempt(job, "ENDED");
            assertThat(yard.attempts(job)).first().satisfies(attempt -> {
                assertThat(attempt).containsEntry("cause", "DISK_FULL");
                assertThat((String) attempt.get("detail")).contains("The disk of " + small);
            });
            assertThat(yard.value("select retries_spent from history.jobs where job_id = ?", job))
                    .isEqualTo(0);
            yard.cancel(job);
        } finally {
            command("umount", small.toString());
            // The removal of the container, which had it mounted, is the last that the worker does.
            await().atMost(Yard.SOON).ignoreExceptions().until(() -> Files.deleteIfExists(small));
        }
    }

    @Test
    void a_job_that_asks_for_a_gpu_and_gets_a_stand_in_is_told_so_once_per_attempt() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"stand-in","image":{"reference":"busybox:latest"},
                 "gpus":{"count":2},"run":{"command":["true"]}}""".formatted(job));
        UUID without = run("true", "");

        yard.awaitJob(job, "SUCCEEDED");
        yard.awaitJob(without, "SUCCEEDED");
        assertThat(notices(job)).containsOnlyOnce("no GPU on this host: 2 run slots stand in");
        assertThat(notices(without)).doesNotContain("no GPU");
    }

    @Test
    void a_port_that_a_stranger_uses_is_tried_again_for_free_and_runs_once_it_is_free() throws IOException {
        UUID job = UUID.randomUUID();
        try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            yard.publish(job, """
                    {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"clash","image":{"reference":"busybox:latest"},
                     "retry":{"maxAttempts":1,"backoff":"1s"},
                     "run":{"command":["true"],"ports":[{"host":%d,"container":80}]}}""".formatted(job, stranger.getLocalPort()));

            yard.awaitAttempt(job, "ENDED");
            assertThat(yard.attempts(job)).first().satisfies(attempt -> {
                assertThat(attempt).containsEntry("cause", "PORT_IN_USE").containsEntry("exit_code", null);
                assertThat((String) attempt.get("detail"))
                        .contains(Integer.toString(stranger.getLocalPort()))
                        .contains("already in use");
            });
        }
        yard.awaitJob(job, "SUCCEEDED");
    }

    private static String notices(UUID job) {
        return yard.selectInside("""
                select c.text from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                where a.job_id = ? and c.source = 'TRAINYARD'""", job).toString();
    }

    private static Map<String, Object> ended(UUID job) {
        yard.awaitJob(job, "FAILED");
        return yard.attempts(job).getLast();
    }

    /** @param more further members of {@code run}, each beginning with a comma */
    private static UUID run(String script, String more) {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"verdict","image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c",%s]%s}}""".formatted(job, Yard.quoted(script), more));
        return job;
    }

    private static void command(String... words) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
    }
}
