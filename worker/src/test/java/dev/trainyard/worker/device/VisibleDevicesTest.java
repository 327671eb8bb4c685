package dev.trainyard.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VisibleDevicesTest {
    private static final WorkerId WORKER = WorkerId.parse("00000000-0000-4000-8000-000000000001");
    private static final OfferedDevice GPU_0 = device("GPU-a", 0, Kind.GPU);
    private static final OfferedDevice GPU_1 = device("GPU-b", 1, Kind.GPU);
    private static final OfferedDevice MIG = device("MIG-c", 2, Kind.MIG);
    private static final OfferedDevice SLOT = device(WORKER + "/slot-0", 0, Kind.SLOT);

    static Stream<Arguments> reservations() {
        return Stream.of(
                arguments(List.of(), List.of(), "void"),
                arguments(List.of(SLOT), List.of(), "void"),
                arguments(List.of(GPU_1), List.of("GPU-b"), "GPU-b"),
                arguments(List.of(GPU_1, GPU_0), List.of("GPU-a", "GPU-b"), "GPU-a,GPU-b"),
                arguments(List.of(MIG, GPU_0, SLOT), List.of("GPU-a", "MIG-c"), "GPU-a,MIG-c"));
    }

    @ParameterizedTest
    @MethodSource("reservations")
    void a_container_sees_what_is_reserved_for_it_and_nothing_else(
            List<OfferedDevice> reserved, List<String> deviceIds, String environmentValue) {
        assertThat(VisibleDevices.of(reserved)).isEqualTo(new VisibleDevices(deviceIds, environmentValue));
    }

    private static OfferedDevice device(String key, int index, Kind kind) {
        return new OfferedDevice(key, index, kind, "", null, null);
    }
}
