package dev.trainyard.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.text.DataSize;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCapacityTest {

    @Test
    void this_host_has_processors_and_memory() throws DeviceProblem {
        HostCapacity capacity = HostCapacity.read();

        assertThat(capacity.cpus()).isPositive();
        assertThat(capacity.memory().bytes()).isPositive();
    }

    @Test
    void memory_is_the_kernels_total_minus_the_share_of_the_host_itself(@TempDir Path directory) throws Exception {
        Path meminfo = Files.writeString(
                directory.resolve("meminfo"), "MemTotal:       16384000 kB\nMemFree:         1024 kB\n");

        assertThat(HostCapacity.read(meminfo, 8)).isEqualTo(new HostCapacity(8, DataSize.parse("15360000k")));
        Files.writeString(meminfo, "MemTotal:       1073741824 kB\n");
        assertThat(HostCapacity.read(meminfo, 8)).isEqualTo(new HostCapacity(8, DataSize.parse("1016g")));
    }

    @Test
    void a_host_that_does_not_tell_its_memory_is_a_problem(@TempDir Path directory) throws Exception {
        Path meminfo = Files.writeString(directory.resolve("meminfo"), "MemFree: 1 kB\n");

        assertThatThrownBy(() -> HostCapacity.read(meminfo, 8))
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("no line MemTotal");
    }
}
