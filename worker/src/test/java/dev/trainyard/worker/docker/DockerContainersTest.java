package dev.trainyard.worker.docker;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.EndRecord;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpec;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.Delivery;
import dev.trainyard.worker.engine.EngineVolume;
import dev.trainyard.worker.engine.EngineVolumes;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.State;
import dev.trainyard.worker.engine.Workshop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What is Docker's own, or needs its command line to show. */
@Timeout(60)
class DockerContainersTest {

    private final Workshop workshop = HostDocker.workshop();
    private final Containers containers = workshop.containers();

    @AfterEach
    void close() throws IOException {
        workshop.close();
    }

    @Test
    void a_limit_of_the_root_file_system_is_the_engines_own_option() {
        ContainerSpec spec = workshop.spec(aRequest().command("true")).limited(null, null, DataSize.parse("1g"));

        Optional<String> objection = workshop.engine().objectionToRootFileSystem(DataSize.parse("1g"));

        if (objection.isPresent()) {
            assertThatThrownBy(() -> workshop.containers().create(spec)).hasMessageContaining("storage-opt");
            assertThat(objection.get()).contains("storage-opt");
        } else {
            assertThat(workshop.containers().create(spec).value()).isNotEmpty();
        }
    }

    @Test
    void limits_that_the_request_does_not_name_reach_the_engine() throws Exception {
        ContainerSpec spec = workshop.spec(aRequest().command("true")).limited(DataSize.parse("64m"), 100L, null);

        JsonNode host = Inspection.of(containers.create(spec).value()).hostConfig();

        assertThat(host.path("Memory").asLong()).isEqualTo(64L << 20);
        assertThat(host.path("PidsLimit").asLong()).isEqualTo(100);
    }

    /** The engine takes it when it creates a container. */
    @Test
    void a_signal_that_linux_does_not_have_is_refused_and_nothing_else_happens() {
        ContainerId id = workshop.start(aRequest().command("sleep", "600"));

        assertThat(containers.signal(id, "65")).isEqualTo(Delivery.REFUSED);

        assertThat(containers.inspect(id).orElseThrow().state()).isEqualTo(State.RUNNING);
    }

    /** A step of a build gets the labels of its image from the engine, and whoever builds chooses them. */
    @Test
    void a_container_with_our_labels_but_another_name_is_not_ours() throws Exception {
        Map<String, String> labels = workshop.spec(aRequest().command("true"), new ReservedDevice("GPU-1", true))
                .labels();
        List<String> run = new ArrayList<>(List.of("run", "--detach"));
        labels.forEach((name, value) -> run.addAll(List.of("--label", name + "=" + value)));
        run.addAll(List.of(Workshop.IMAGE, "sleep", "60"));
        String id = Inspection.docker(run.toArray(String[]::new)).strip();
        try {
            assertThat(containers.list(workshop.owner())).isEmpty();
        } finally {
            Inspection.docker("rm", "--force", id);
        }
    }

    @Test
    void a_volume_is_created_for_a_team_once_and_an_existing_one_keeps_its_owner() throws Exception {
        String name = "trainyard-test-" + UUID.randomUUID();
        String byHand = name + "-by-hand";
        EngineVolumes volumes = workshop.engine().volumes();
        Inspection.docker("volume", "create", "--opt", "type=none", "--opt", "o=bind", "--opt", "device=/etc", byHand);
        try {
            assertThat(volumes.inspect(name)).isEmpty();
            assertThat(volumes.provide(name, "vision")).isEqualTo(new EngineVolume(Map.of(), "vision"));
            assertThat(volumes.provide(name, "audio").team()).isEqualTo("vision");
            assertThat(volumes.provide(byHand, "audio"))
                    .isEqualTo(new EngineVolume(Map.of("type", "none", "o", "bind", "device", "/etc"), null));
        } finally {
            Inspection.docker("volume", "rm", "--force", name, byHand);
        }
    }

    @Test
    void the_record_of_an_end_tells_of_a_stop_that_the_program_has_handled() throws InterruptedException {
        ContainerId id =
                workshop.start(aRequest().shell("trap 'exit 0' TERM; touch /ready; while true; do sleep 0.05; done"));
        while (docker("exec", id.value(), "test", "-e", "/ready") != 0) {
            Thread.onSpinWait();
        }

        assertThat(docker("stop", id.value())).isZero();

        ContainerStatus stopped = ended(id);
        assertThat(stopped.exitCode()).isZero();
        assertThat(containers.endOf(stopped)).isEqualTo(new EndRecord(true, List.of(15), true));
    }

    @Test
    void a_container_removed_by_hand_while_it_is_waited_for_is_gone() throws Exception {
        ContainerId id = workshop.start(aRequest().command("sleep", "600"));
        Thread hand = Thread.ofVirtual().start(() -> removeByHand(id));

        containers.await(id);

        // Between kill and removal the engine still knows it, with its exit code.
        containers.inspect(id).ifPresent(left -> assertThat(left.exitCode()).isEqualTo(137));
        hand.join();
        containers.await(id);
        assertThat(containers.inspect(id)).isEmpty();
    }

    private ContainerStatus ended(ContainerId id) throws InterruptedException {
        containers.await(id);
        ContainerStatus status = containers.inspect(id).orElseThrow();
        assertThat(status.state()).isEqualTo(State.EXITED);
        return status;
    }

    private static int docker(String... words) throws InterruptedException {
        List<String> line = new ArrayList<>(List.of("docker"));
        line.addAll(List.of(words));
        try {
            return new ProcessBuilder(line)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void removeByHand(ContainerId id) {
        try {
            new ProcessBuilder("docker", "rm", "--force", id.value()).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
