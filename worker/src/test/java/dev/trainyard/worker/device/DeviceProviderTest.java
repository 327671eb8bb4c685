package dev.trainyard.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceProviderTest {
    private static final WorkerId WORKER = WorkerId.parse("00000000-0000-4000-8000-000000000001");

    @Test
    void none_offers_nothing() throws DeviceProblem {
        assertThat(DeviceProvider.parse("none", WORKER, Map.of()).devices()).isEmpty();
    }

    @Test
    void slots_are_keyed_by_worker_and_number() throws DeviceProblem {
        assertThat(DeviceProvider.parse("slots:2", WORKER, Map.of()).devices())
                .containsExactly(
                        new OfferedDevice(WORKER + "/slot-0", 0, Kind.SLOT, "", null, null),
                        new OfferedDevice(WORKER + "/slot-1", 1, Kind.SLOT, "", null, null));
    }

    @Test
    void nvidia_asks_nvidia_smi() throws DeviceProblem {
        assertThat(DeviceProvider.parse("nvidia", WORKER, Map.of())).isInstanceOf(NvidiaSmi.class);
    }

    @Test
    void a_file_is_read_at_each_look(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("devices.yaml");
        DeviceProvider provider = DeviceProvider.parse("file:" + file, WORKER, Map.of());

        Files.writeString(file, "- key: GPU-a");
        assertThat(provider.devices()).hasSize(1);

        Files.writeString(file, "[]");
        assertThat(provider.devices()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gpu",
                "Nvidia",
                "slots",
                "slots:",
                "slots:0",
                "slots:-1",
                "slots:two",
                "slots:10000",
                "file:"
            })
    void anything_else_is_refused_with_the_valid_forms(String spec) {
        assertThatThrownBy(() -> DeviceProvider.parse(spec, WORKER, Map.of()))
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("--devices \"" + spec + "\"")
                .hasMessageContainingAll("nvidia", "slots:N", "file:PATH", "none");
    }
}
