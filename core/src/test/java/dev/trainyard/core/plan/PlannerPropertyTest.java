package dev.trainyard.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Plan.Placement;
import dev.trainyard.core.plan.Snapshot.Candidate;
import dev.trainyard.core.plan.Snapshot.Device;
import dev.trainyard.core.plan.Snapshot.Host;
import dev.trainyard.core.plan.Snapshot.Image;
import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.plan.Snapshot.Past;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every plan, over snapshots chosen by chance, the same for the same seed. */
class PlannerPropertyTest {

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_plan_page_by_page_is_the_plan_of_all_candidates_at_once(long seed) {
        Snapshot snapshot = new AnySnapshot(seed).next();

        Plan byPages = new Plan(List.of(), Map.of());
        List<Host> hosts = snapshot.hosts();
        for (int from = 0; from < snapshot.candidates().size(); from += 3) {
            List<Candidate> page = snapshot.candidates()
                    .subList(from, Math.min(from + 3, snapshot.candidates().size()));
            Plan plan = Planner.plan(new Snapshot(hosts, snapshot.away(), snapshot.images(), page));
            byPages = byPages.and(plan);
            hosts = Host.after(hosts, plan.placements());
        }

        assertThat(byPages).isEqualTo(Planner.plan(snapshot));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothing_is_given_out_twice_and_no_host_gives_more_than_it_has(long seed) {
        Snapshot snapshot = new AnySnapshot(seed).next();

        Plan plan = Planner.plan(snapshot);

        Map<WorkerId, Host> hosts = snapshot.hosts().stream().collect(Collectors.toMap(Host::id, Function.identity()));
        Set<String> taken = new HashSet<>();
        Map<WorkerId, BigDecimal> cpus = new HashMap<>();
        Map<WorkerId, Long> memory = new HashMap<>();
        for (Placement placement : plan.placements()) {
            Host host = Objects.requireNonNull(hosts.get(placement.host()));
            for (String device : placement.devices()) {
                assertThat(host.devices())
                        .anyMatch(offered -> offered.key().equals(device) && offered.free() && offered.usable());
                assertThat(taken.add("device " + device)).as(device).isTrue();
            }
            assertThat(host.freeSlots()).contains(placement.slot());
            assertThat(taken.add(host.id() + " slot " + placement.slot())).isTrue();
            for (String port : placement.hostPorts()) {
                assertThat(host.heldPorts()).doesNotContain(port);
                assertThat(taken.add(host.id() + " port " + port)).isTrue();
            }
            if (placement.location() != null) {
                assertThat(host.heldLocations()).doesNotContain(placement.location());
                assertThat(taken.add(host.machine() + " location " + placement.location()))
                        .isTrue();
            }
            cpus.merge(host.id(), placement.cpus(), BigDecimal::add);
            memory.merge(host.id(), placement.memory(), Long::sum);
        }
        for (Host host : snapshot.hosts()) {
            assertThat(cpus.getOrDefault(host.id(), BigDecimal.ZERO)).isLessThanOrEqualTo(host.freeCpus());
            assertThat(memory.getOrDefault(host.id(), 0L)).isLessThanOrEqualTo(host.freeMemory());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void every_candidate_is_placed_once_as_requested_or_gets_a_reason(long seed) {
        Snapshot snapshot = new AnySnapshot(seed).next();

        Plan plan = Planner.plan(snapshot);

        Map<JobId, Placement> placed =
                plan.placements().stream().collect(Collectors.toMap(Placement::job, Function.identity()));
        for (Candidate candidate : snapshot.candidates()) {
            Placement placement = placed.get(candidate.job());
            boolean over = plan.refused().contains(candidate.job())
                    || plan.unavailable().stream().anyMatch(image -> image.job().equals(candidate.job()));
            assertThat(plan.reasons().containsKey(candidate.job())).isEqualTo(placement == null && !over);
            if (placement != null) {
                assertThat(placement.hostPorts()).isEqualTo(candidate.needs().hostPorts());
                assertThat(placement.location()).isEqualTo(candidate.needs().location());
                switch (candidate.needs().gpus()) {
                    case Gpus.None() -> assertThat(placement.devices()).isEmpty();
                    case Gpus.Count(int count, String type, DataSize minMemory) ->
                        assertThat(placement.devices()).hasSize(count);
                    case Gpus.All(String type, DataSize minMemory) ->
                        assertThat(placement.devices()).isNotEmpty();
                    case Gpus.Devices(List<String> ids) ->
                        assertThat(placement.devices()).hasSameSizeAs(ids);
                }
            }
        }
        assertThat(placed.size()
                        + plan.reasons().size()
                        + plan.refused().size()
                        + plan.unavailable().size())
                .isEqualTo(snapshot.candidates().size());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothing_is_placed_where_it_was_refused(long seed) {
        Snapshot snapshot = new AnySnapshot(seed).next();
        Map<JobId, Set<WorkerId>> refusedBy = snapshot.candidates().stream()
                .collect(Collectors.toMap(
                        Candidate::job, candidate -> candidate.past().refusedBy()));

        Plan plan = Planner.plan(snapshot);

        assertThat(plan.placements())
                .allSatisfy(
                        placement -> assertThat(refusedBy.get(placement.job())).doesNotContain(placement.host()));
        assertThat(plan.refused())
                .allSatisfy(job -> assertThat(refusedBy.get(job)).isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void the_order_of_hosts_in_a_snapshot_does_not_change_the_plan(long seed) {
        Snapshot snapshot = new AnySnapshot(seed).next();
        List<Host> shuffled = new ArrayList<>(snapshot.hosts());
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(Planner.plan(new Snapshot(shuffled, snapshot.away(), snapshot.images(), snapshot.candidates())))
                .isEqualTo(Planner.plan(snapshot));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_second_plan_with_the_remaining_capacity_places_nothing_more(long seed) {
        // Whether an image is there changes from one plan to the next.
        Snapshot any = new AnySnapshot(seed).next();
        Snapshot snapshot = new Snapshot(any.hosts(), List.of(), Map.of(), any.candidates());
        Plan first = Planner.plan(snapshot);
        Set<JobId> waiting = first.reasons().keySet();

        Plan second = Planner.plan(new Snapshot(
                snapshot.hosts().stream()
                        .map(host -> after(first, snapshot, host))
                        .toList(),
                List.of(),
                Map.of(),
                snapshot.candidates().stream()
                        .filter(candidate -> waiting.contains(candidate.job()))
                        .toList()));

        assertThat(second.placements()).isEmpty();
    }

    private static Host after(Plan plan, Snapshot snapshot, Host host) {
        List<Placement> here = plan.placements().stream()
                .filter(placement -> placement.host().equals(host.id()))
                .toList();
        Set<String> devices =
                here.stream().flatMap(placement -> placement.devices().stream()).collect(Collectors.toSet());
        Set<Integer> slots = here.stream().map(Placement::slot).collect(Collectors.toSet());
        Set<String> ports = new HashSet<>(host.heldPorts());
        here.forEach(placement -> ports.addAll(placement.hostPorts()));
        Set<String> locations = new HashSet<>(host.heldLocations());
        snapshot.hosts().stream()
                .filter(other -> other.machine().equals(host.machine()))
                .flatMap(other -> other.heldLocations().stream())
                .forEach(locations::add);
        plan.placements().stream()
                .filter(placement -> snapshot.hosts().stream()
                        .anyMatch(other -> other.id().equals(placement.host())
                                && other.machine().equals(host.machine())))
                .map(Placement::location)
                .filter(Objects::nonNull)
                .forEach(locations::add);
        return new Host(
                host.id(),
                host.name(),
                host.machine(),
                host.devices().stream()
                        .map(device -> devices.contains(device.key())
                                ? new Device(
                                        device.key(),
                                        device.index(),
                                        device.kind(),
                                        device.type(),
                                        device.memory(),
                                        device.unhealthyBecause(),
                                        false)
                                : device)
                        .toList(),
                host.freeSlots().stream().filter(slot -> !slots.contains(slot)).toList(),
                host.runSlots(),
                ports,
                locations,
                host.cpus(),
                here.stream().map(Placement::cpus).reduce(host.freeCpus(), BigDecimal::subtract),
                host.memory(),
                host.freeMemory() - here.stream().mapToLong(Placement::memory).sum());
    }

    /** Up to six hosts in any condition, up to thirty jobs that want anything. */
    private static final class AnySnapshot {

        private static final long GIB = 1L << 30;

        private final Random random;
        private final List<WorkerId> ids = new ArrayList<>();

        AnySnapshot(long seed) {
            random = new Random(seed);
        }

        Snapshot next() {
            List<Host> hosts =
                    IntStream.range(0, random.nextInt(7)).mapToObj(this::host).toList();
            return new Snapshot(
                    hosts,
                    List.of(),
                    images(hosts),
                    IntStream.range(0, random.nextInt(31))
                            .mapToObj(n -> candidate())
                            .toList());
        }

        private Host host(int number) {
            WorkerId id = new WorkerId(uuid());
            ids.add(id);
            List<Device> devices = new ArrayList<>();
            Kind kind = Kind.values()[random.nextInt(3)];
            for (int index = 0; index < random.nextInt(9); index++) {
                devices.add(new Device(
                        "host-%d-%d".formatted(number, index),
                        index,
                        kind,
                        random.nextBoolean() ? "NVIDIA A100" : "Tesla V100",
                        kind == Kind.SLOT || random.nextInt(8) == 0 ? null : (random.nextBoolean() ? 16 : 80) * GIB,
                        random.nextInt(8) > 0 ? null : "it has failed",
                        random.nextInt(3) > 0));
            }
            int runSlots = 1 + random.nextInt(8);
            BigDecimal cpus = BigDecimal.valueOf(1 + random.nextInt(64));
            long memory = (1 + random.nextInt(256)) * GIB;
            return new Host(
                    id,
                    "host-" + random.nextInt(3),
                    "machine-" + random.nextInt(3),
                    devices,
                    IntStream.range(0, runSlots)
                            .filter(slot -> random.nextInt(3) > 0)
                            .boxed()
                            .toList(),
                    runSlots,
                    random.nextInt(3) == 0 ? Set.of("tcp/5000") : Set.of(),
                    random.nextInt(3) == 0 ? Set.of("/logs/a") : Set.of(),
                    cpus,
                    cpus.multiply(BigDecimal.valueOf(random.nextDouble())),
                    memory,
                    (long) (memory * random.nextDouble()));
        }

        private Map<WorkerId, Map<WantedImage, Image>> images(List<Host> hosts) {
            Map<WorkerId, Map<WantedImage, Image>> images = new HashMap<>();
            for (Host host : hosts) {
                Map<WantedImage, Image> here = new HashMap<>();
                for (int model = random.nextInt(3); model >= 0; model--) {
                    here.put(model(model), image());
                }
                if (random.nextBoolean()) {
                    images.put(host.id(), here);
                }
            }
            return images;
        }

        private static WantedImage model(int number) {
            return new WantedImage("model:" + number, ImageSource.Pull.MISSING);
        }

        private Image image() {
            Instant at = Instant.ofEpochSecond(random.nextInt(3));
            return switch (random.nextInt(7)) {
                case 0 -> new Image.Wanted();
                case 1 -> new Image.Fetching("");
                case 2 -> new Image.Failed(Cause.IMAGE_PULL_FAILED, "away", at, Instant.EPOCH);
                case 3 -> new Image.Failed(Cause.IMAGE_UNAVAILABLE, "gone", at, null);
                case 4 -> new Image.Present(at);
                default -> new Image.Present();
            };
        }

        private Candidate candidate() {
            return new Candidate(
                    new JobId(uuid()),
                    new Needs(
                            gpus(),
                            random.nextInt(4) == 0 ? List.of("tcp/5000", "udp/" + random.nextInt(3)) : List.of(),
                            random.nextInt(4) == 0 ? (random.nextBoolean() ? "/logs/a" : "/logs/b") : null,
                            random.nextBoolean() ? null : BigDecimal.valueOf(random.nextInt(32)),
                            random.nextBoolean() ? null : random.nextInt(128) * GIB,
                            random.nextBoolean() ? model(random.nextInt(3)) : null),
                    random.nextInt(4) == 0 && !ids.isEmpty() ? Set.of(anyHost()) : Set.of(),
                    new Past(
                            random.nextInt(4) == 0 && !ids.isEmpty() ? Set.of(anyHost()) : Set.of(),
                            random.nextInt(4) == 0 && !ids.isEmpty() ? anyHost() : null,
                            random.nextInt(4) == 0 && !ids.isEmpty() ? Set.of(anyHost()) : Set.of(),
                            Instant.ofEpochSecond(1)));
        }

        private Gpus gpus() {
            @Nullable String type = random.nextInt(4) == 0 ? "a100" : null;
            @Nullable DataSize memory = random.nextInt(4) == 0 ? new DataSize(40 * GIB) : null;
            return switch (random.nextInt(5)) {
                case 0 -> Gpus.NONE;
                case 1 -> new Gpus.All(type, memory);
                case 2 ->
                    new Gpus.Devices(
                            random.nextBoolean()
                                    ? List.of("0", "1")
                                    : List.of("host-%d-%d".formatted(random.nextInt(6), random.nextInt(8))));
                default -> new Gpus.Count(1 + random.nextInt(8), type, memory);
            };
        }

        private WorkerId anyHost() {
            return ids.get(random.nextInt(ids.size()));
        }

        private UUID uuid() {
            return new UUID(random.nextLong(), random.nextLong());
        }
    }
}
