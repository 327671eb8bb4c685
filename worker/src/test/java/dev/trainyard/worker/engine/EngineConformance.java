package dev.trainyard.worker.engine;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.EndRecord;
import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Engine} promises, whatever runs the containers. A test of an engine extends this class. Each operation may be repeated, and
 * a silent engine is told from one that refuses.
 */
@Timeout(60)
public abstract class EngineConformance {

    private final Workshop workshop = new Workshop(engine());
    private final Containers containers = workshop.containers();

    /** The engine that is tested; the workshop closes it. */
    protected abstract Engine engine();

    /** An engine at an address where nobody answers. */
    protected abstract Engine silentEngine();

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
    void the_result_of_a_signal_tells_whether_the_container_ran() throws InterruptedException {
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
    void an_unrecorded_end_differs_from_one_without_an_outside_cause() throws InterruptedException {
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
                List.of(),
                Map.of(),
                false);

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
                containers.await(id);
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
    void the_listing_contains_our_containers_in_any_state_and_no_others() throws InterruptedException {
        ContainerSpec spec = workshop.spec(
                aRequest().command("true"), new ReservedDevice("GPU-1", true), new ReservedDevice("slot/1", false));
        ContainerId created = containers.create(spec);
        ContainerId exited = workshop.start(aRequest().command("true"));
        ended(exited);
        try (Workshop other = new Workshop(engine())) {
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
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void a_container_without_devices_sees_none_and_writes_its_outputs() throws Exception {
        ContainerId id = workshop.start(aRequest().shell("echo $NVIDIA_VISIBLE_DEVICES > /outputs/devices"));

        assertThat(ended(id).exitCode()).isZero();

        assertThat(workshop.outputs().resolve("devices")).hasContent("void\n");
    }

    /** A process of the host with the user id of one in the container reaches its files, device files too, through /proc/PID/root. */
    @Test
    void the_root_of_a_container_makes_no_device_files_unless_the_request_asks_for_that() throws Exception {
        String program = "mknod /zero c 1 5";

        assertThat(ended(workshop.start(aRequest().shell(program))).exitCode()).isEqualTo(1);
        assertThat(ended(workshop.start(aRequest().shell(program).capDrop("NET_RAW")))
                        .exitCode())
                .isEqualTo(1);
        assertThat(ended(workshop.start(aRequest().shell(program).run(run -> run.capAdd(List.of("cap_mknod")))))
                        .exitCode())
                .isZero();
    }

    @Test
    void a_bind_source_that_does_not_exist_is_a_missing_mount() {
        StartRefused refused = refused(aRequest().command("true").mount("/nowhere/data", "/data", true));

        assertThat(refused.refusal()).isEqualTo(StartRefusal.MOUNT_MISSING);
    }

    @Test
    void a_program_that_is_not_in_the_image_is_reported_as_missing() {
        StartRefused refused = refused(aRequest().command("no-such-program"));

        assertThat(refused.refusal()).isEqualTo(StartRefusal.NO_SUCH_PROGRAM);
        assertThat(refused.reason()).contains("no-such-program");
    }

    @Test
    void a_container_without_any_program_has_no_command() {
        assertThat(refused(aRequest().entrypoint()).refusal()).isEqualTo(StartRefusal.NO_COMMAND);
    }

    @Test
    void a_port_of_another_program_is_in_use() throws IOException {
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

    @Test
    void operations_on_a_missing_container_are_not_errors() throws InterruptedException {
        ContainerId unknown = new ContainerId("0".repeat(64));

        assertThat(containers.inspect(unknown)).isEmpty();
        assertThat(containers.inspect("no-such-container")).isEmpty();
        containers.await(unknown);
        assertThat(containers.signal(unknown, "SIGTERM")).isEqualTo(Delivery.GONE);
        containers.end(unknown, Duration.ofSeconds(1));
        containers.remove(unknown);
        containers.follow(unknown, null, entry -> fail("a log of nothing: " + entry));
    }

    @Test
    void starting_a_container_that_does_not_exist_is_refused() {
        assertThatThrownBy(() -> containers.start(new ContainerId("0".repeat(64))))
                .isInstanceOf(StartRefused.class);
    }

    @Test
    void an_exit_without_an_observer_is_found_later() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().shell("exit 9"));
        await().until(() -> containers.inspect(id).orElseThrow().state() == State.EXITED);

        assertThat(ended(id).exitCode()).isEqualTo(9);
        assertThat(ended(id).exitCode()).isEqualTo(9);
    }

    @Test
    void a_program_that_takes_more_memory_than_it_may_is_reported_as_killed_for_it() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().memory("20m").shell("dd if=/dev/zero of=/dev/null bs=200M count=1"));

        ContainerStatus killed = ended(id);

        assertThat(killed.oomKilled()).isTrue();
        assertThat(killed.exitCode()).isNotZero();
    }

    @Test
    void ending_gives_the_program_its_grace_and_then_kills_it() throws Exception {
        ContainerId polite = workshop.start(
                aRequest()
                        .shell(
                                "trap 'echo saved > /outputs/saved; exit 0' TERM; touch /outputs/ready; while true; do sleep 0.05; done"));
        ContainerId deaf = workshop.start(aRequest().shell("trap '' TERM; while true; do sleep 0.05; done"));
        await().until(() -> Files.exists(workshop.outputs().resolve("ready")));

        containers.end(polite, Duration.ofSeconds(20));
        containers.end(deaf, Duration.ofSeconds(1));

        assertThat(workshop.outputs().resolve("saved")).hasContent("saved");
        assertThat(containers.inspect(polite)).isEmpty();
        assertThat(containers.inspect(deaf)).isEmpty();
    }

    @Test
    void an_image_that_no_registry_gives_is_an_error_in_the_engines_words_and_is_not_there() throws Exception {
        String reference = "127.0.0.1:1/no/such:1";
        List<String> errors = new ArrayList<>();

        try {
            workshop.engine().images().pull(reference, message -> {
                if (message.error() != null) {
                    errors.add(message.error());
                }
            });
        } catch (EngineRefused e) {
            errors.add(e.reason());
        }

        assertThat(errors).isNotEmpty();
        assertThat(workshop.engine().images().inspect(reference)).isEmpty();
    }

    /** The answer to a call may be lost: nothing can be concluded from that, so that the call is made again. */
    @Test
    void an_engine_that_does_not_answer_is_silent_and_nothing_else() throws Exception {
        try (Engine silent = silentEngine()) {
            ContainerId any = new ContainerId("0".repeat(64));

            assertThatThrownBy(silent::ping).isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() -> silent.containers().inspect(any)).isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() ->
                            silent.containers().create(workshop.spec(aRequest().command("true"))))
                    .isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() -> silent.containers().start(any)).isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() -> silent.containers().await(any)).isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() -> silent.containers().signal(any, "SIGTERM")).isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() -> silent.containers().remove(any)).isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() -> silent.containers().list(workshop.owner())).isInstanceOf(EngineSilent.class);
            assertThatThrownBy(() -> silent.images().inspect("busybox:latest")).isInstanceOf(EngineSilent.class);
        }
    }

    private StartRefused refused(RequestBuilder request) {
        return catchThrowableOfType(StartRefused.class, () -> workshop.start(request));
    }

    private ContainerStatus ended(ContainerId id) throws InterruptedException {
        containers.await(id);
        ContainerStatus status = containers.inspect(id).orElseThrow();
        assertThat(status.state()).isEqualTo(State.EXITED);
        return status;
    }
}
