package dev.trainyard.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.request.DataSize;
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
    void a_complete_report_counts_whatever_the_exit_code() throws Exception {
        var provider = provider("'%s' \"$@\"; exit 14".formatted(Fixtures.STAND_IN));

        assertThat(provider.devices()).hasSize(2);
    }

    @Test
    void without_a_complete_report_the_problem_repeats_what_nvidia_smi_said_and_what_to_do() throws Exception {
        var provider = provider("echo 'No devices were found'; echo 'driver is gone' >&2; exit 9");

        assertThatThrownBy(provider::devices)
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("-q -x ended with exit code 9 and said \"driver is gone No devices were found\".")
                .hasMessageContaining("--devices none, slots:N or file:PATH");
    }

    @Test
    void a_report_without_a_listing_is_a_problem_and_not_a_host_of_nameless_devices() throws Exception {
        var provider = provider("[ \"$1\" = -L ] && exit 3; exec '%s' \"$@\"".formatted(Fixtures.STAND_IN));

        assertThatThrownBy(provider::devices)
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("-L ended with exit code 3 and said nothing.");
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
