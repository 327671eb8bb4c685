package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.worker.docker.StandInGpuEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine of the test's own goes away, or a device of it fails, while a training runs on it. */
class EngineFaultsTest {

    private static final String TWO_GPUS = "[{key: GPU-a, index: 0}, {key: GPU-b, index: 1}]";

    @TempDir
    private Path directory;

    private StandInGpuEngine engine;
    private Yard yard;
    private Path gate;

    @AfterEach
    void stop() {
        yard.close();
        engine.close();
    }

    @Test
    void a_training_ended_by_a_restart_of_the_engine_is_engine_lost_with_any_exit_code_and_runs_again_for_free() {
        on(StandInGpuEngine.start());
        UUID job = submit("trap 'exit 0' TERM; until [ -e /gate/open ]; do sleep 0.05; done");
        yard.awaitAttempt(job, "RUNNING");

        engine.stop();
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat((String) yard.value("select unfit_because from history.workers"))
                        .contains("the container engine does not answer"));
        UUID later = submit("true");
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(
                                yard.select("select state, waiting_because from history.jobs where job_id = ?", later))
                        .containsExactly(Map.of("state", "QUEUED", "waiting_because", "no worker takes new work")));
        engine.startAgain();
        awaitAttempts(job, "ENGINE_LOST", "RUNNING");
        open();
        yard.awaitJob(job, "SUCCEEDED");
        yard.awaitJob(later, "SUCCEEDED");

        assertThat(yard.value("select retries_spent from history.jobs where job_id = ?", job))
                .isEqualTo(0);
        assertThat(attempts(job)).containsExactly("ENGINE_LOST", "COMPLETED");
    }

    @Test
    @Tag("slow")
    void a_training_on_an_engine_that_was_killed_and_stayed_away_for_a_while_is_engine_lost_too() {
        on(StandInGpuEngine.start());
        UUID job = submit("until [ -e /gate/open ]; do sleep 0.05; done");
        yard.awaitAttempt(job, "RUNNING");

        engine.kill();
        assertThat(attempts(job)).containsExactly("RUNNING");
        engine.startAgain();
        awaitAttempts(job, "ENGINE_LOST", "RUNNING");
        open();

        yard.awaitJob(job, "SUCCEEDED");
    }

    @Test
    void with_live_restore_a_training_outlives_its_engine_and_its_end_is_its_own() {
        on(StandInGpuEngine.startWithLiveRestore());
        UUID job = submit("until [ -e /gate/open ]; do sleep 0.05; done; exit 7");
        yard.awaitAttempt(job, "RUNNING");

        engine.kill();
        open();
        engine.startAgain();

        yard.awaitJob(job, "FAILED");
        assertThat(attempts(job)).containsExactly("PROGRAM_ERROR");
        assertThat(yard.attempts(job))
                .first()
                .satisfies(attempt -> assertThat(attempt).containsEntry("exit_code", 7));
    }

    @Test
    void a_training_whose_device_failed_runs_again_at_once_on_another_and_the_device_gets_nothing_more() {
        on(StandInGpuEngine.start());
        UUID job = submit("until [ -e /gate/open ]; do sleep 0.05; done; [ $NVIDIA_VISIBLE_DEVICES = GPU-b ]");
        yard.awaitAttempt(job, "RUNNING");

        devices("[{key: GPU-b, index: 1}]");
        open();
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(attempts(job)).containsExactly("DEVICE_ERROR", "COMPLETED");
        assertThat(yard.attempts(job))
                .first()
                .satisfies(attempt -> assertThat((String) attempt.get("detail")).contains("GPU-a", "it is gone"));
        assertThat(yard.select("select device from history.gpus where offered"))
                .extracting(row -> row.get("device"))
                .containsExactly("GPU-b");
    }

    @Test
    void a_training_whose_gpu_wants_a_reset_by_the_word_of_nvidia_smi_runs_again_on_another() throws IOException {
        Path smi = directory.resolve("nvidia-smi");
        write(directory.resolve("list"), """
                GPU 0: Stand-in (UUID: GPU-a)
                GPU 1: Stand-in (UUID: GPU-b)
                """);
        report("None");
        write(smi, """
                #!/bin/sh
                case "$*" in -L) cat %1$s/list ;; '-q -x') cat %1$s/report.xml ;; *) exit 2 ;; esac
                """.formatted(directory));
        Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwx------"));
        on(StandInGpuEngine.start(), "nvidia", "%s:%s".formatted(directory, System.getenv("PATH")));
        UUID job = submit("until [ -e /gate/open ]; do sleep 0.05; done; [ $NVIDIA_VISIBLE_DEVICES = GPU-b ]");
        yard.awaitAttempt(job, "RUNNING");

        report("Reset");
        open();
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(attempts(job)).containsExactly("DEVICE_ERROR", "COMPLETED");
        assertThat(yard.select(
                        "select device, unhealthy_because from history.gpus where unhealthy_because is not null"))
                .containsExactly(Map.of("device", "GPU-a", "unhealthy_because", "recovery action: Reset"));
    }

    /** What the driver says is to be done about the first of two GPUs. */
    private void report(String action) {
        write(directory.resolve("report.xml"), """
                <?xml version="1.0" ?>
                <nvidia_smi_log>
                  <gpu id="00000000:01:00.0"><product_name>Stand-in</product_name><uuid>GPU-a</uuid>
                    <gpu_recovery_action>%s</gpu_recovery_action></gpu>
                  <gpu id="00000000:02:00.0"><product_name>Stand-in</product_name><uuid>GPU-b</uuid></gpu>
                </nvidia_smi_log>
                """.formatted(action));
    }

    private void on(StandInGpuEngine started) {
        devices(TWO_GPUS);
        on(started, "file:" + directory.resolve("devices.yml"), System.getenv("PATH"));
    }

    private void on(StandInGpuEngine started, String devices, String path) {
        engine = started;
        gate = folder("gate");
        yard = new Yard(
                directory.resolve("yard"),
                devices,
                Map.of("DOCKER_HOST", engine.host().toString(), "PATH", path));
    }

    private void devices(String yaml) {
        write(directory.resolve("devices.yml"), yaml);
    }

    private void open() {
        write(gate.resolve("open"), "");
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folder(String name) {
        try {
            return Files.createDirectories(directory.resolve("yard").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The engine has no network. */
    private UUID submit(String script) {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"faulty","image":{"reference":"busybox:latest"},
                 "gpus":{"count":1},
                 "run":{"command":["sh","-c",%s],"networkMode":"none","mounts":[{"source":"%s","target":"/gate","readOnly":true}]}}""".formatted(job, Yard.quoted(script), gate));
        return job;
    }

    private void awaitAttempts(UUID job, String... wanted) {
        await().atMost(Yard.SOON).untilAsserted(() -> assertThat(attempts(job)).containsExactly(wanted));
    }

    private List<Object> attempts(UUID job) {
        return yard
                .select(
                        "select coalesce(cause, state) as said from history.attempts where job_id = ? order by number",
                        job)
                .stream()
                .map(row -> row.get("said"))
                .toList();
    }
}
