package dev.trainyard.worker.docker;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.LogEntry;
import dev.trainyard.worker.engine.RequestBuilder;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.StartRefused;
import dev.trainyard.worker.engine.Workshop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What containers with and without reserved devices see, on an engine that believes in GPUs. */
@Timeout(120)
class GpuContainersTest {

    private static StandInGpuEngine engine;
    private static Workshop workshop;

    @BeforeAll
    static void start() {
        engine = StandInGpuEngine.start();
        workshop = new Workshop(engine.connect());
    }

    @AfterAll
    static void stop() throws IOException {
        workshop.close();
        engine.close();
    }

    @Test
    void the_container_sees_the_reserved_devices() throws InterruptedException {
        ContainerId id =
                workshop.start(printingDevices(), new ReservedDevice("GPU-0", true), new ReservedDevice("GPU-2", true));

        assertThat(output(id)).containsExactly("GPU-0,GPU-2");
    }

    @Test
    void a_job_without_devices_sees_none_though_image_and_request_say_all() throws InterruptedException {
        ContainerId id = workshop.start(printingDevices().environment("NVIDIA_VISIBLE_DEVICES", "all"));

        assertThat(output(id)).containsExactly("void");
    }

    @Test
    void a_stand_in_slot_gives_no_device() throws InterruptedException {
        ContainerId id = workshop.start(printingDevices(), new ReservedDevice("slot/1", false));

        assertThat(output(id)).containsExactly("void");
    }

    @Test
    void an_engine_without_gpus_refuses_the_devices() throws IOException {
        try (Workshop plain = HostDocker.workshop()) {
            StartRefused refused = catchThrowableOfType(
                    StartRefused.class, () -> plain.start(printingDevices(), new ReservedDevice("GPU-0", true)));

            assertThat(refused.refusal()).isEqualTo(StartRefusal.DEVICES_REFUSED);
        }
    }

    private static RequestBuilder printingDevices() {
        return aRequest().networkMode("none").shell("echo $NVIDIA_VISIBLE_DEVICES");
    }

    private static List<String> output(ContainerId id) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        workshop.containers().follow(id, null, entry -> lines.add(((LogEntry.Line) entry).text()));
        return lines;
    }
}
