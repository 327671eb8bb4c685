package dev.trainyard.worker.docker;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.EndRecord;
import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpec;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.Delivery;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineVolume;
import dev.trainyard.worker.engine.EngineVolumes;
import dev.trainyard.worker.engine.Exit;
import dev.trainyard.worker.engine.Labels;
import dev.trainyard.worker.engine.OwnContainer;
import dev.trainyard.worker.engine.Owner;
import dev.trainyard.worker.engine.RequestBuilder;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.StartRefused;
import dev.trainyard.worker.engine.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class DockerContainersTest {

    private final Workshop workshop = Workshop.open();
    private Containers containers;

    @BeforeEach
    void containers() {
        containers = workshop.containers();
    }

    @AfterEach
    void close() throws IOException {
        workshop.close();
    }

    @Test
    void a_container_runs_from_create_to_remove() throws InterruptedException {
        ContainerId id = workshop.create(aRequest().shell("exit 3"));
        assertThat(containers.inspect(id).orElseThrow().state()).isEqualTo(State.CREATED);

        containers.start(id);
        ContainerStatus ended = ended(id);

        assertThat(ended.exitCode()).isEqualTo(3);
        assertThat(ended.oomKilled()).isFalse();
        assertThat(ended.argv()).containsExactly("sh", "-c", "exit 3");
        // Not their order: of a container that ends at once the engine may note the end before the start.
        assertThat(ended.startedAt()).isNotNull();
        assertThat(ended.finishedAt()).isNotNull();
        assertThat(ended.image()).startsWith("sha256:");
        assertThat(ended.pid()).isNull();
        containers.remove(id);
        assertThat(containers.inspect(id)).isEmpty();
    }

    @Test
    void creating_the_same_attempt_twice_finds_the_first_container() {
        ContainerSpec spec = workshop.spec(aRequest().command("true"));

        ContainerId first = containers.create(spec);
        ContainerId second = containers.create(spec);

        assertThat(second).isEqualTo(first);
        assertThat(containers.inspect(spec.name()).orElseThrow().id()).isEqualTo(first);
    }

    /** Few engines can, and that of a build machine cannot: it says so, which shows that it was asked. */
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

    @Test
    void a_volume_is_made_for_a_team_once_and_one_that_was_there_stays_whose_it_was() throws Exception {
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
    void a_name_that_belongs_to_something_else_is_refused() {
        ContainerSpec spec = workshop.spec(aRequest().command("true"));
        containers.create(spec);
        ContainerSpec strangers = new ContainerSpec(
                spec.name(),
                Labels.of(
                        new Owner(UUID.randomUUID(), new WorkerId(UUID.randomUUID())),
                        new JobId(UUID.randomUUID()),
                        AttemptId.random(),
                        List.of()),
                spec.image(),
                spec.run(),
                spec.environment(),
                spec.mounts(),
                spec.gpus(),
                spec.stopTimeout(),
                spec.logBudget(),
                null,
                null,
                null);

        EngineRefused refused = catchThrowableOfType(EngineRefused.class, () -> containers.create(strangers));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.reason()).contains(spec.name());
    }

    @Test
    void starting_twice_is_starting_once_even_after_the_exit() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().shell("echo once"));
        ContainerStatus ended = ended(id);

        containers.start(id);

        assertThat(containers.inspect(id).orElseThrow()).isEqualTo(ended);
    }

    @Test
    void signals_say_whether_there_was_someone_to_receive_them() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().shell("trap 'exit 7' TERM; while true; do sleep 0.05; done"));

        assertThat(containers.signal(id, "SIGTERM")).isEqualTo(Delivery.DELIVERED);
        assertThat(ended(id).exitCode()).isEqualTo(7);

        assertThat(containers.signal(id, "SIGTERM")).isEqualTo(Delivery.NOT_RUNNING);
        containers.remove(id);
        assertThat(containers.signal(id, "SIGTERM")).isEqualTo(Delivery.GONE);
    }

    @Test
    void the_record_of_an_end_tells_a_kill_from_a_program_that_ends_with_the_code_of_one() throws InterruptedException {
        ContainerStatus byItself = ended(workshop.start(aRequest().shell("sleep 100 & P=$!; kill $P; wait $P")));
        ContainerId running = workshop.start(aRequest().command("sleep", "600"));
        containers.signal(running, "SIGKILL");
        ContainerStatus killed = ended(running);

        assertThat(byItself.exitCode()).isEqualTo(143);
        assertThat(containers.endOf(byItself)).isEqualTo(new EndRecord(true, List.of(), false));
        assertThat(containers.endOf(killed)).isEqualTo(new EndRecord(true, List.of(9), false));
        containers.remove(running);
        assertThat(containers.endOf(killed)).isEqualTo(new EndRecord(true, List.of(9), false));
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
    void an_end_that_the_engine_has_not_recorded_is_told_from_one_that_nobody_brought_about()
            throws InterruptedException {
        ContainerStatus ended = ended(workshop.start(aRequest().shell("exit 137")));
        Instant before = Objects.requireNonNull(ended.finishedAt()).minusSeconds(7200);
        ContainerStatus other = new ContainerStatus(
                new ContainerId("0".repeat(64)),
                "other",
                State.EXITED,
                137,
                false,
                before,
                before,
                "",
                "",
                List.of(),
                Map.of(),
                List.of(),
                false,
                null);

        assertThat(containers.endOf(ended)).isEqualTo(new EndRecord(true, List.of(), false));
        assertThat(containers.endOf(other)).isEqualTo(new EndRecord(false, List.of(), false));
    }

    @Test
    void a_running_container_is_not_removed_and_a_removed_one_is_removed_again() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().command("sleep", "600"));

        assertThatThrownBy(() -> containers.remove(id)).isInstanceOf(EngineRefused.class);

        containers.signal(id, "SIGKILL");
        assertThat(ended(id).exitCode()).isEqualTo(137);
        containers.remove(id);
        containers.remove(id);
    }

    @Test
    void waiting_ends_promptly_when_interrupted() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().command("sleep", "600"));
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            begun.countDown();
            try {
                outcome.set(containers.await(id));
            } catch (InterruptedException e) {
                outcome.set(e);
            }
        });
        begun.await();

        waiting.interrupt();
        waiting.join();

        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
        assertThat(containers.inspect(id).orElseThrow().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void a_container_removed_by_hand_while_it_is_waited_for_is_gone() throws Exception {
        ContainerId id = workshop.start(aRequest().command("sleep", "600"));
        Thread hand = Thread.ofVirtual().start(() -> removeByHand(id));

        Exit exit = containers.await(id);

        // Between kill and removal the engine still knows it, with its exit code.
        hand.join();
        assertThat(exit)
                .satisfiesAnyOf(
                        it -> assertThat(it).isEqualTo(new Exit.Gone()),
                        it -> assertThat(((Exit.Exited) it).status().exitCode()).isEqualTo(137));
        assertThat(containers.await(id)).isEqualTo(new Exit.Gone());
    }

    @Test
    void listing_shows_what_is_ours_whatever_its_state_and_nothing_else() throws InterruptedException {
        ContainerSpec spec = workshop.spec(
                aRequest().command("true"), new ReservedDevice("GPU-1", true), new ReservedDevice("slot/1", false));
        ContainerId created = containers.create(spec);
        ContainerId exited = workshop.start(aRequest().command("true"));
        ended(exited);
        try (Workshop other = Workshop.open()) {
            other.create(aRequest().command("true"));

            List<OwnContainer> listed = containers.list(workshop.owner());

            assertThat(listed).extracting(OwnContainer::id).containsExactlyInAnyOrder(created, exited);
            OwnContainer first = listed.stream()
                    .filter(it -> it.id().equals(created))
                    .findFirst()
                    .orElseThrow();
            assertThat(first.state()).isEqualTo(State.CREATED);
            assertThat(first.name()).isEqualTo(spec.name());
            assertThat(first.devices()).containsExactly("GPU-1", "slot/1");
            assertThat(first.attempt()).hasToString(spec.labels().get(Labels.ATTEMPT));
            assertThat(first.job()).hasToString(spec.labels().get(Labels.JOB));
            assertThat(first.created()).isBefore(Instant.now().plusSeconds(5));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void published_ports_are_reported_with_the_host_port_that_the_engine_chose() {
        ContainerId id = workshop.start(aRequest().command("sleep", "600").port("127.0.0.1", null, 5000, "tcp"));

        ContainerStatus status = containers.inspect(id).orElseThrow();

        assertThat(status.ports()).singleElement().satisfies(port -> {
            assertThat(port.container()).isEqualTo(5000);
            assertThat(port.protocol()).isEqualTo("tcp");
            assertThat(port.hostIp()).isEqualTo("127.0.0.1");
            assertThat(port.host()).isPositive();
        });
        assertThat(status.pid()).isPositive();
    }

    @Test
    void a_container_without_devices_sees_none_and_writes_its_outputs() throws Exception {
        ContainerId id = workshop.start(aRequest().shell("echo $NVIDIA_VISIBLE_DEVICES > /outputs/devices"));

        assertThat(ended(id).exitCode()).isZero();

        assertThat(workshop.outputs().resolve("devices")).hasContent("void\n");
    }

    @Test
    void a_bind_source_that_does_not_exist_is_a_missing_mount() {
        StartRefused refused = refused(aRequest().command("true").mount("/nowhere/data", "/data", true));

        assertThat(refused.refusal()).isEqualTo(StartRefusal.MOUNT_MISSING);
    }

    @Test
    void a_program_that_the_image_lacks_is_no_such_program() {
        StartRefused refused = refused(aRequest().command("no-such-program"));

        assertThat(refused.refusal()).isEqualTo(StartRefusal.NO_SUCH_PROGRAM);
        assertThat(refused.reason()).contains("no-such-program");
    }

    @Test
    void a_port_that_a_stranger_listens_on_is_taken() throws IOException {
        try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            StartRefused refused =
                    refused(aRequest().command("true").port("127.0.0.1", stranger.getLocalPort(), 80, "tcp"));

            assertThat(refused.refusal()).isEqualTo(StartRefusal.PORT_TAKEN);
        }
    }

    @Test
    void a_capability_that_does_not_exist_is_refused_by_name() {
        StartRefused refused = refused(aRequest().command("true").capDrop("SYS_MAGIC"));

        assertThat(refused.reason()).contains("SYS_MAGIC");
    }

    private StartRefused refused(RequestBuilder request) {
        return catchThrowableOfType(StartRefused.class, () -> workshop.start(request));
    }

    private ContainerStatus ended(ContainerId id) throws InterruptedException {
        Exit exit = containers.await(id);
        assertThat(exit).isInstanceOf(Exit.Exited.class);
        return ((Exit.Exited) exit).status();
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
