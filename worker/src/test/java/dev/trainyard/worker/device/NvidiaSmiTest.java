package dev.trainyard.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvidiaSmiTest {
    private static final WorkerId WORKER = WorkerId.parse("00000000-0000-4000-8000-000000000001");
    private static final Duration AMPLE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void the_devices_of_the_stand_in_are_offered() throws DeviceProblem {
        var provider = new NvidiaSmi(Fixtures.STAND_IN, AMPLE, WORKER);

        assertThat(provider.devices()).containsExactly(standIn(0), standIn(1)).isEqualTo(provider.devices());
    }

    @Test
    void a_complete_report_counts_with_any_exit_code() throws Exception {
        var provider = provider("'%s' \"$@\"; exit 14".formatted(Fixtures.STAND_IN));

        assertThat(provider.devices()).hasSize(2);
    }

    @Test
    void without_a_complete_report_the_problem_contains_the_output_of_nvidia_smi_and_a_remedy() throws Exception {
        var provider = provider("echo 'No devices were found'; echo 'driver is gone' >&2; exit 9");

        assertThatThrownBy(provider::devices)
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining(
                        "-q -x ended with exit code 9 and printed \"driver is gone No devices were found\".")
                .hasMessageContaining("--devices none, slots:N or file:PATH");
    }

    @Test
    void a_report_without_a_listing_is_a_problem_and_not_a_host_of_nameless_devices() throws Exception {
        var provider = provider("[ \"$1\" = -L ] && exit 3; exec '%s' \"$@\"".formatted(Fixtures.STAND_IN));

        assertThatThrownBy(provider::devices)
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("-L ended with exit code 3 and printed nothing.");
    }

    private static final String LOST =
            "Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU";

    @Test
    void a_host_whose_listing_reaches_no_gpu_has_them_all_unhealthy() throws Exception {
        var provider = provider(
                "[ \"$1\" = -L ] && echo '%s' && exit 15; exec '%s' \"$@\"".formatted(LOST, Fixtures.STAND_IN));

        assertThat(provider.devices())
                .extracting(OfferedDevice::unhealthyBecause)
                .containsExactly("nvidia-smi -L says: " + LOST, "nvidia-smi -L does not list it");
    }

    @Test
    void where_the_report_breaks_off_over_a_lost_gpu_the_others_are_told_one_by_one() throws Exception {
        var provider = provider("""
                case "$*" in
                "-q -x") echo '%s'; exit 15 ;;
                -L) echo 'GPU 1: NVIDIA A30 (UUID: GPU-1)'; echo '%s' >&2; exit 15 ;;
                "-q -x -i GPU-1") echo '<nvidia_smi_log><gpu id="00000000:02:00.0"><uuid>GPU-1</uuid></gpu></nvidia_smi_log>' ;;
                esac""".formatted(LOST, LOST));

        assertThat(provider.devices()).singleElement().satisfies(device -> {
            assertThat(device.key()).isEqualTo("GPU-1");
            assertThat(device.index()).isEqualTo(1);
            assertThat(device.unhealthyBecause()).isNull();
        });
    }

    @Test
    void gpus_that_were_there_before_are_unhealthy_once_none_can_be_reached() throws Exception {
        Path lost = directory.resolve("lost");
        var provider = provider(
                "[ -e '%s' ] && echo '%s' && exit 15; exec '%s' \"$@\"".formatted(lost, LOST, Fixtures.STAND_IN));
        assertThat(provider.devices()).allMatch(device -> device.unhealthyBecause() == null);
        Files.createFile(lost);

        for (int look = 0; look < 2; look++) {
            assertThat(provider.devices())
                    .extracting(OfferedDevice::unhealthyBecause)
                    .containsExactly("nvidia-smi says: " + LOST, "nvidia-smi says: " + LOST);
        }

        Files.delete(lost);
        assertThat(provider.devices()).allMatch(device -> device.unhealthyBecause() == null);
    }

    @Test
    void a_program_that_is_not_there_is_a_problem_that_names_it() {
        var provider = new NvidiaSmi(directory.resolve("no-such-smi"), AMPLE, WORKER);

        assertThatThrownBy(provider::devices)
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("no-such-smi")
                .hasMessageContaining("No such file");
    }

    @Test
    void a_program_that_hangs_is_killed_with_its_children() throws Exception {
        Path child = directory.resolve("child");
        var provider = new NvidiaSmi(
                script("sleep 600 & echo $! > '%s'; wait".formatted(child)), Duration.ofSeconds(2), WORKER);

        assertThatThrownBy(provider::devices)
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("did not finish within 2 s and was killed");

        long pid = Long.parseLong(Files.readString(child).strip());
        await().until(() -> ProcessHandle.of(pid).map(p -> !p.isAlive()).orElse(true));
    }

    @Test
    void a_program_that_prints_without_end_is_stopped() throws Exception {
        var provider = provider("exec yes '<nvidia_smi_log>'");

        assertThatThrownBy(provider::devices)
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("more than 16 MiB");
    }

    private NvidiaSmi provider(String script) throws IOException {
        return new NvidiaSmi(script(script), AMPLE, WORKER);
    }

    private Path script(String body) throws IOException {
        Path file = directory.resolve("nvidia-smi");
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static OfferedDevice standIn(int i) {
        return new OfferedDevice(
                "GPU-00000000-0000-4000-8000-00000000000" + i,
                i,
                Kind.GPU,
                "Trainyard Stand-in 24GB",
                DataSize.parse("24g"),
                null);
    }
}
