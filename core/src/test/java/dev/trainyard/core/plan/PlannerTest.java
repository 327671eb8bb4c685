package dev.trainyard.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Plan.Placement;
import dev.trainyard.core.plan.Plan.Unavailable;
import dev.trainyard.core.plan.Plan.Want;
import dev.trainyard.core.plan.Snapshot.Candidate;
import dev.trainyard.core.plan.Snapshot.Device;
import dev.trainyard.core.plan.Snapshot.Host;
import dev.trainyard.core.plan.Snapshot.Image;
import dev.trainyard.core.plan.Snapshot.Image.Failed;
import dev.trainyard.core.plan.Snapshot.Image.Fetching;
import dev.trainyard.core.plan.Snapshot.Image.Present;
import dev.trainyard.core.plan.Snapshot.Image.Wanted;
import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.plan.Snapshot.Past;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {

    private static final long GIB = 1L << 30;
    private static final Instant SINCE = Instant.parse("2026-01-02T03:00:00Z");

    // Order and spread ------------------------------------------------------------------------------------------------

    @Test
    void without_hosts_everything_waits_for_a_worker() {
        AJob job = new AJob().gpus(1);

        assertThat(plan(List.of(), job))
                .isEqualTo(new Plan(
                        List.of(), Map.of(job.id, "no worker takes new work"), List.of(), List.of(), List.of()));
    }

    @Test
    void candidates_are_placed_in_their_order() {
        AJob first = new AJob().gpus(2);
        AJob second = new AJob().gpus(1);

        Plan plan = plan(List.of(new AHost("a").gpus(2).host()), first, second);

        assertThat(plan.placements()).extracting(Placement::job).containsExactly(first.id);
        assertThat(plan.reasons()).containsOnlyKeys(second.id);
    }

    @Test
    void a_candidate_with_folders_in_place_is_placed_on_their_host_only() {
        Host theirs = new AHost("a").gpus(1).host();
        Host larger = new AHost("b").gpus(8).host();
        AJob first = new AJob().gpus(1).only(theirs.id());
        AJob second = new AJob().gpus(1).only(theirs.id());

        Plan plan = plan(List.of(theirs, larger), first, second);

        assertThat(plan.placements()).extracting(Placement::host).containsExactly(theirs.id());
        assertThat(plan.reasons()).containsExactly(Map.entry(second.id, "waiting for a: all 1 run slots are in use"));
    }

    @Test
    void a_candidate_waits_for_the_host_with_its_folders_in_place() {
        Host theirs = new AHost("a").gpus(1).host();
        AJob job = new AJob().gpus(1).only(theirs.id());

        Plan away = Planner.plan(new Snapshot(
                List.of(new AHost("b").gpus(8).host()), List.of(theirs), Map.of(), List.of(job.candidate())));
        Plan gone = plan(List.of(new AHost("b").gpus(8).host()), job);

        assertThat(away.reasons())
                .containsExactly(Map.entry(
                        job.id,
                        "waiting for a, where the folders are that it mounts in place: it takes no new work now"));
        assertThat(gone.reasons())
                .containsExactly(
                        Map.entry(
                                job.id,
                                "waiting for the host, where the folders are that it mounts in place: it takes no new work now"));
        assertThat(away.refused()).isEmpty();
        assertThat(gone.refused()).isEmpty();
    }

    @Test
    void a_candidate_ends_if_the_host_with_its_folders_in_place_refuses_it() {
        Host theirs = new AHost("a").gpus(1).host();
        AJob job = new AJob().gpus(1).only(theirs.id()).refusedBy(theirs);

        assertThat(plan(List.of(theirs, new AHost("b").gpus(8).host()), job).refused())
                .containsExactly(job.id);
    }

    @Test
    void a_candidate_that_fits_nowhere_lets_later_ones_go_ahead() {
        AJob large = new AJob().gpus(4);
        AJob small = new AJob().gpus(1);

        Plan plan = plan(List.of(new AHost("a").gpus(4).inUse(0).host()), large, small);

        assertThat(plan.placements()).extracting(Placement::job).containsExactly(small.id);
        assertThat(plan.reasons().get(large.id)).isEqualTo("waiting for a: 3 of 4 devices are free, 4 wanted");
    }

    @Test
    void jobs_spread_over_the_hosts_with_the_most_free_slots() {
        Host small = new AHost("a").gpus(2).host();
        Host large = new AHost("b").gpus(4).host();

        Plan plan = plan(
                List.of(small, large), new AJob().gpus(1), new AJob().gpus(1), new AJob().gpus(1), new AJob().gpus(1));

        assertThat(plan.placements())
                .extracting(Placement::host)
                .containsExactly(large.id(), large.id(), small.id(), large.id());
    }

    @Test
    void among_equal_hosts_the_first_by_name_is_chosen_in_any_input_order() {
        Host a = new AHost("a").gpus(1).host();
        Host b = new AHost("b").gpus(1).host();

        assertThat(plan(List.of(b, a), new AJob().gpus(1)).placements())
                .extracting(Placement::host)
                .containsExactly(a.id());
    }

    @Test
    void slots_are_taken_by_number() {
        Host host = new AHost("a").slots(4).freeSlots(1, 3).host();

        assertThat(plan(List.of(host), new AJob(), new AJob()).placements())
                .extracting(Placement::slot)
                .containsExactly(1, 3);
    }

    // Devices ---------------------------------------------------------------------------------------------------------

    @Test
    void a_job_without_devices_takes_only_a_slot() {
        Host host = new AHost("a").gpus(2).host();

        assertThat(plan(List.of(host), new AJob()).placements())
                .singleElement()
                .satisfies(placement -> assertThat(placement.devices()).isEmpty());
    }

    @Test
    void a_job_without_devices_waits_for_a_slot() {
        AJob job = new AJob();

        Plan plan = plan(List.of(new AHost("a").gpus(2).freeSlots().host()), job);

        assertThat(plan.reasons().get(job.id)).isEqualTo("waiting for a: all 2 run slots are in use");
    }

    @Test
    void all_devices_of_a_job_come_from_one_host() {
        AJob job = new AJob().gpus(2);

        Plan plan = plan(
                List.of(new AHost("a").gpus(1).host(), new AHost("b").gpus(1).host()), job);

        assertThat(plan.placements()).isEmpty();
        assertThat(plan.reasons().get(job.id))
                .isEqualTo(
                        "no host that takes new work could ever run it: a: 1 of 1 devices is free, 2 wanted; b: 1 of 1 devices is free, 2 wanted");
    }

    @Test
    void devices_in_use_or_ill_are_not_given_out() {
        Host host = new AHost("a").gpus(4).inUse(0).ill(1).host();

        assertThat(plan(List.of(host), new AJob().gpus(2))
                        .placements()
                        .getFirst()
                        .devices())
                .containsExactly("a-gpu-2", "a-gpu-3");
    }

    @Test
    void an_ill_device_makes_a_job_for_all_that_were_there_impossible() {
        AJob job = new AJob().gpus(2);

        Plan plan = plan(List.of(new AHost("a").gpus(2).ill(1).host()), job);

        assertThat(plan.reasons().get(job.id))
                .startsWith("no host that takes new work could ever run it")
                .endsWith("1 of 2 devices is free, 2 wanted (device 1 is unhealthy: it has fallen off the bus)");
    }

    @Test
    void a_type_is_part_of_the_products_name_in_any_case() {
        Host host = new AHost("a")
                .device("old", 0, Kind.GPU, "Tesla V100-SXM2-16GB", 16 * GIB)
                .device("new", 1, Kind.GPU, "NVIDIA A100 80GB PCIe", 80 * GIB)
                .slots(2)
                .host();

        assertThat(plan(List.of(host), new AJob().gpus(new Gpus.Count(1, "a100", null)))
                        .placements()
                        .getFirst()
                        .devices())
                .containsExactly("new");
    }

    @Test
    void minimal_memory_holds_for_each_device() {
        Host host = new AHost("a")
                .device("small", 0, Kind.GPU, "A100", 40 * GIB)
                .device("unknown", 1, Kind.GPU, "A100", null)
                .device("large", 2, Kind.MIG, "A100", 80 * GIB)
                .slots(3)
                .host();
        AJob one = new AJob().gpus(new Gpus.Count(1, null, new DataSize(80 * GIB)));
        AJob two = new AJob().gpus(new Gpus.Count(2, null, new DataSize(80 * GIB)));

        Plan plan = plan(List.of(host), one, two);

        assertThat(plan.placements().getFirst().devices()).containsExactly("large");
        assertThat(plan.reasons().get(two.id))
                .isEqualTo(
                        "no host that takes new work could ever run it: a: 3 of 3 devices are free, 2 with at least 81920 MiB wanted");
    }

    @Test
    void stand_ins_count_as_devices_but_have_no_type_and_no_memory() {
        Host host = new AHost("a")
                .device("slot-0", 0, Kind.SLOT, "slot", 80 * GIB)
                .device("slot-1", 1, Kind.SLOT, "slot", null)
                .slots(2)
                .host();

        assertThat(plan(List.of(host), new AJob().gpus(2)).placements()).hasSize(1);
        assertThat(plan(List.of(host), new AJob().gpus(new Gpus.Count(1, "slot", null)))
                        .placements())
                .isEmpty();
        assertThat(plan(List.of(host), new AJob().gpus(new Gpus.Count(1, null, new DataSize(GIB))))
                        .placements())
                .isEmpty();
        assertThat(plan(List.of(host), new AJob().gpus(new Gpus.All("slot", null)))
                        .placements())
                .isEmpty();
    }

    @Test
    void all_means_every_device_of_one_host_and_waits_until_all_are_free() {
        AJob job = new AJob().gpus(new Gpus.All(null, null));

        assertThat(plan(List.of(new AHost("a").gpus(3).host()), job)
                        .placements()
                        .getFirst()
                        .devices())
                .containsExactly("a-gpu-0", "a-gpu-1", "a-gpu-2");
        assertThat(plan(List.of(new AHost("a").gpus(3).inUse(1).host()), job)
                        .reasons()
                        .get(job.id))
                .isEqualTo("waiting for a: 2 of 3 devices are free, all wanted");
        assertThat(plan(List.of(new AHost("cpu").slots(4).host()), job)
                        .reasons()
                        .get(job.id))
                .isEqualTo("no host that takes new work could ever run it: cpu: 0 of 0 devices are free, all wanted");
    }

    @Test
    void all_of_a_type_are_all_that_match() {
        Host host = new AHost("a")
                .device("v", 0, Kind.GPU, "V100", 16 * GIB)
                .device("a1", 1, Kind.GPU, "A100", 40 * GIB)
                .device("a2", 2, Kind.GPU, "A100", 40 * GIB)
                .slots(3)
                .host();

        assertThat(plan(List.of(host), new AJob().gpus(new Gpus.All("A100", null)))
                        .placements()
                        .getFirst()
                        .devices())
                .containsExactly("a1", "a2");
    }

    @Test
    void devices_are_named_by_index_or_uuid_and_given_in_that_order() {
        Host host = new AHost("a").gpus(4).host();

        assertThat(plan(List.of(host), new AJob().gpus(new Gpus.Devices(List.of("3", "a-gpu-0"))))
                        .placements()
                        .getFirst()
                        .devices())
                .containsExactly("a-gpu-3", "a-gpu-0");
    }

    @Test
    void a_uuid_finds_its_host() {
        Host a = new AHost("a").gpus(8).host();
        Host b = new AHost("b").gpus(1).host();

        assertThat(plan(List.of(a, b), new AJob().gpus(new Gpus.Devices(List.of("b-gpu-0"))))
                        .placements()
                        .getFirst()
                        .host())
                .isEqualTo(b.id());
    }

    @Test
    void a_job_waits_for_named_devices_in_use_and_is_told_about_unknown_ones() {
        AJob busy = new AJob().gpus(new Gpus.Devices(List.of("0", "1")));
        AJob unknown = new AJob().gpus(new Gpus.Devices(List.of("9")));

        Plan plan = plan(List.of(new AHost("a").gpus(2).inUse(1).host()), busy, unknown);

        assertThat(plan.reasons().get(busy.id)).isEqualTo("waiting for a: 1 of 2 devices is free, 0 and 1 wanted");
        assertThat(plan.reasons().get(unknown.id))
                .isEqualTo("no host that takes new work could ever run it: a: has no device 9 (it has 0, 1)");
    }

    @Test
    void one_device_named_twice_over_is_not_two() {
        AJob job = new AJob().gpus(new Gpus.Devices(List.of("0", "a-gpu-0")));

        assertThat(plan(List.of(new AHost("a").gpus(2).host()), job).placements())
                .isEmpty();
    }

    // Ports and locations ---------------------------------------------------------------------------------------------

    @Test
    void two_jobs_with_one_host_port_run_on_two_hosts_or_one_waits() {
        Host a = new AHost("a").slots(2).host();
        Host b = new AHost("b").slots(1).host();
        AJob first = new AJob().port("tcp/5000");
        AJob second = new AJob().port("tcp/5000");

        assertThat(plan(List.of(a, b), first, second).placements())
                .extracting(Placement::host)
                .containsExactly(a.id(), b.id());
        assertThat(plan(List.of(a), first, second).reasons().get(second.id))
                .isEqualTo("waiting for a: host port tcp/5000 is in use by another job");
    }

    @Test
    void a_port_that_is_held_is_waited_for_and_the_same_number_of_the_other_protocol_is_another() {
        Host host = new AHost("a").slots(2).heldPort("tcp/5000").host();

        assertThat(plan(List.of(host), new AJob().port("tcp/5000")).placements())
                .isEmpty();
        assertThat(plan(List.of(host), new AJob().port("udp/5000")).placements())
                .hasSize(1);
    }

    @Test
    void hosts_of_one_machine_write_one_place_for_one_job_at_a_time() {
        Host one = new AHost("a").machine("m").host();
        Host other = new AHost("b").machine("m").heldLocation("/logs/held").host();
        Host apart = new AHost("c").host();
        AJob held = new AJob().location("/logs/held").refusedBy(apart);
        AJob first = new AJob().location("/logs/run-7").refusedBy(other, apart);
        AJob second = new AJob().location("/logs/run-7/best").refusedBy(one, apart);
        AJob third = new AJob().location("/logs/run-7");

        Plan plan = plan(List.of(one, other, apart), held, first, second, third);

        assertThat(plan.placements())
                .extracting(Placement::job, Placement::host)
                .containsExactly(tuple(first.id, one.id()), tuple(third.id, apart.id()));
        assertThat(plan.reasons()).containsOnlyKeys(held.id, second.id);
    }

    @Test
    void an_output_location_belongs_to_one_job_at_a_time() {
        Host host = new AHost("a").slots(3).heldLocation("/logs/held").host();
        AJob held = new AJob().location("/logs/held");
        AJob first = new AJob().location("/logs/run-7");
        AJob second = new AJob().location("/logs/run-7");

        Plan plan = plan(List.of(host), held, first, second);

        assertThat(plan.placements()).extracting(Placement::location).containsExactly("/logs/run-7");
        assertThat(plan.reasons().get(held.id))
                .isEqualTo("waiting for a: output location /logs/held is in use by another job");
        assertThat(plan.reasons()).containsKey(second.id);
    }

    @ParameterizedTest
    @CsvSource({
        "/logs/held/sub, false",
        "/logs, false",
        "/, false",
        "/logs/held2, true",
        "/logs/hel, true",
        "/log, true"
    })
    void an_output_location_in_another_or_around_it_waits_too(String location, boolean placed) {
        AJob job = new AJob().location(location);

        Plan plan =
                plan(List.of(new AHost("a").slots(3).heldLocation("/logs/held").host()), job);

        assertThat(plan.placements()).hasSize(placed ? 1 : 0);
        if (!placed) {
            assertThat(plan.reasons().get(job.id))
                    .isEqualTo("waiting for a: output location %s overlaps /logs/held, which is in use by another job"
                            .formatted(location));
        }
    }

    // Memory and CPUs -------------------------------------------------------------------------------------------------

    @Test
    void limits_are_taken_from_the_host() {
        Host host = new AHost("a").slots(4).host();
        AJob first = new AJob().cpus("10").memory(40 * GIB);
        AJob second = new AJob().cpus("6.5").memory(GIB);
        AJob third = new AJob().cpus("6").memory(25 * GIB);
        AJob fourth = new AJob().cpus("6").memory(24 * GIB);

        Plan plan = plan(List.of(host), first, second, third, fourth);

        assertThat(plan.placements()).extracting(Placement::job).containsExactly(first.id, fourth.id);
        assertThat(plan.reasons().get(second.id)).isEqualTo("waiting for a: 6 CPUs are free, 6.5 wanted");
        assertThat(plan.reasons().get(third.id))
                .isEqualTo("waiting for a: 24576 MiB of memory are free, 25600 MiB wanted");
    }

    @Test
    void a_job_without_limits_counts_as_an_even_share() {
        Host host = new AHost("a").slots(4).host();

        List<Placement> placements = plan(List.of(host), new AJob(), new AJob(), new AJob(), new AJob())
                .placements();

        assertThat(placements).hasSize(4).allSatisfy(placement -> {
            assertThat(placement.cpus()).isEqualByComparingTo("4");
            assertThat(placement.memory()).isEqualTo(16 * GIB);
        });
    }

    @Test
    void a_job_that_fits_no_host_is_reported_as_impossible_even_while_all_hosts_are_busy() {
        AJob cpus = new AJob().cpus("17");
        AJob memory = new AJob().memory(65 * GIB);
        AJob gpus = new AJob().gpus(8);

        Plan plan = plan(List.of(new AHost("a").gpus(2).inUse(0).freeSlots().host()), cpus, memory, gpus);

        assertThat(plan.reasons().get(cpus.id))
                .isEqualTo("no host that takes new work could ever run it: a: 16 CPUs are free, 17 wanted");
        assertThat(plan.reasons().get(memory.id))
                .isEqualTo(
                        "no host that takes new work could ever run it: a: 65536 MiB of memory are free, 66560 MiB wanted");
        assertThat(plan.reasons().get(gpus.id))
                .isEqualTo("no host that takes new work could ever run it: a: 2 of 2 devices are free, 8 wanted");
    }

    // Avoiding and preferring -----------------------------------------------------------------------------------------

    @Test
    void a_host_to_avoid_is_taken_by_others_but_not_while_another_could() {
        Host bad = new AHost("bad").gpus(4).host();
        Host good = new AHost("good").gpus(1).inUse(0).freeSlots().host();
        AJob avoiding = new AJob().gpus(1).avoid(bad);

        Plan plan = plan(List.of(bad, good), avoiding);

        assertThat(plan.placements()).isEmpty();
        assertThat(plan.reasons().get(avoiding.id))
                .isEqualTo("waiting for bad: avoided after a failed attempt there; good: all 1 run slots are in use");
    }

    @Test
    void a_host_to_avoid_is_taken_if_no_other_could_ever_do() {
        Host bad = new AHost("bad").gpus(4).host();
        Host small = new AHost("small").gpus(1).host();

        assertThat(plan(List.of(bad, small), new AJob().gpus(2).avoid(bad)).placements())
                .extracting(Placement::host)
                .containsExactly(bad.id());
    }

    @Test
    void the_preferred_host_goes_before_the_emptier_one() {
        Host preferred = new AHost("b").gpus(1).host();
        Host emptier = new AHost("a").gpus(4).host();

        assertThat(plan(List.of(emptier, preferred), new AJob().prefer(preferred))
                        .placements())
                .extracting(Placement::host)
                .containsExactly(preferred.id());
    }

    @Test
    void a_preferred_host_that_is_busy_is_not_waited_for() {
        Host preferred = new AHost("b").gpus(1).freeSlots().host();
        Host other = new AHost("a").gpus(1).host();

        assertThat(plan(List.of(other, preferred), new AJob().prefer(preferred)).placements())
                .extracting(Placement::host)
                .containsExactly(other.id());
    }

    @Test
    void a_host_to_avoid_is_not_preferred() {
        Host full = new AHost("full").gpus(4).host();
        Host other = new AHost("other").gpus(1).host();

        assertThat(plan(List.of(full, other), new AJob().prefer(full).avoid(full))
                        .placements())
                .extracting(Placement::host)
                .containsExactly(other.id());
    }

    // Reasons ---------------------------------------------------------------------------------------------------------

    @Test
    void a_reason_names_three_hosts_and_counts_the_others() {
        List<Host> hosts = IntStream.range(0, 5)
                .mapToObj(n -> new AHost("host-" + n).slots(2).freeSlots().host())
                .toList()
                .reversed();
        AJob job = new AJob();

        assertThat(plan(hosts, job).reasons().get(job.id))
                .isEqualTo(
                        "waiting for host-0: all 2 run slots are in use; host-1: all 2 run slots are in use; host-2: all 2 run slots are in use; and 2 more hosts");
    }

    @Test
    void a_reason_leaves_out_hosts_that_could_never_run_it() {
        AJob job = new AJob().gpus(2);

        assertThat(plan(
                                List.of(
                                        new AHost("cpu").slots(2).host(),
                                        new AHost("gpu").gpus(2).inUse(0).host()),
                                job)
                        .reasons()
                        .get(job.id))
                .isEqualTo("waiting for gpu: 1 of 2 devices is free, 2 wanted");
    }

    // Refusals --------------------------------------------------------------------------------------------------------

    @Test
    void a_host_that_refused_a_job_does_not_get_it_again() {
        Host strict = new AHost("a").gpus(4).host();
        Host other = new AHost("b").gpus(1).host();

        assertThat(plan(List.of(strict, other), new AJob().gpus(1).refusedBy(strict))
                        .placements())
                .extracting(Placement::host)
                .containsExactly(other.id());
    }

    @Test
    void it_waits_for_the_host_that_is_left_however_long_that_is_busy() {
        Host strict = new AHost("a").gpus(1).host();
        Host busy = new AHost("b").gpus(1).inUse(0).host();
        AJob job = new AJob().gpus(1).refusedBy(strict);

        Plan plan = plan(List.of(strict, busy), job);

        assertThat(plan.placements()).isEmpty();
        assertThat(plan.refused()).isEmpty();
        assertThat(plan.reasons().get(job.id))
                .isEqualTo("waiting for b: 0 of 1 devices are free, 1 wanted; a: has refused it");
    }

    @Test
    void it_waits_for_a_host_that_is_away_and_could_run_it() {
        Host strict = new AHost("a").gpus(1).host();
        Host away = new AHost("b").gpus(1).host();
        AJob job = new AJob().gpus(1).refusedBy(strict);

        Plan plan = Planner.plan(new Snapshot(List.of(strict), List.of(away), Map.of(), List.of(job.candidate())));

        assertThat(plan.refused()).isEmpty();
        assertThat(plan.reasons().get(job.id)).isEqualTo("waiting for b to take new work again; a: has refused it");
    }

    @Test
    void it_is_over_when_every_host_that_could_run_it_has_refused_it() {
        Host first = new AHost("a").gpus(1).host();
        Host second = new AHost("b").gpus(1).inUse(0).host();
        Host cannot = new AHost("c").slots(1).host();
        AJob job = new AJob().gpus(1).refusedBy(first, second);

        Plan plan = Planner.plan(
                new Snapshot(List.of(first, second, cannot), List.of(cannot), Map.of(), List.of(job.candidate())));

        assertThat(plan).isEqualTo(new Plan(List.of(), Map.of(), List.of(), List.of(), List.of(job.id)));
    }

    @Test
    void a_host_that_is_away_itself_ends_nothing() {
        Host strict = new AHost("a").gpus(1).host();
        AJob job = new AJob().gpus(1).refusedBy(strict);

        Plan plan = Planner.plan(new Snapshot(List.of(), List.of(strict), Map.of(), List.of(job.candidate())));

        assertThat(plan.refused()).isEmpty();
        assertThat(plan.reasons()).containsEntry(job.id, "no worker takes new work");
    }

    // Images ----------------------------------------------------------------------------------------------------------

    private static final WantedImage MODEL = WantedImage.parse("registry.example/team/model:1");
    private static final Instant BEFORE = SINCE.minusSeconds(1);
    private static final Instant LATER = SINCE.plusSeconds(1);

    private final Host large = new AHost("a").gpus(4).host();
    private final Host small = new AHost("b").gpus(1).host();
    private final AJob model = new AJob().gpus(1).image(MODEL);

    @Test
    void a_present_image_does_not_change_the_plan() {
        Plan plan = plan(Map.of(large, new Present(), small, new Present()), model);

        assertThat(plan.placements()).extracting(Placement::host).containsExactly(large.id());
        assertThat(plan.wants()).isEmpty();
    }

    @Test
    void a_host_that_does_not_report_images_gets_the_job() {
        assertThat(plan(List.of(large), model).placements()).hasSize(1);
    }

    @Test
    void the_best_host_fetches_the_image_and_nothing_is_reserved_until_it_is_there() {
        AJob other = new AJob().gpus(4);

        Plan plan = plan(asked(), model, other);

        assertThat(plan.wants()).containsExactly(new Want(large.id(), MODEL, SINCE));
        assertThat(plan.reasons()).containsOnlyKeys(model.id);
        assertThat(plan.reasons().get(model.id))
                .isEqualTo(
                        "waiting for image %s: a: has been asked for it and has not answered yet; b: has not been asked yet"
                                .formatted(MODEL.text()));
        assertThat(plan.placements()).extracting(Placement::job).containsExactly(other.id);
    }

    @Test
    void it_does_not_wait_for_the_best_host_where_another_has_the_image() {
        Plan plan = plan(Map.of(large, new Fetching("3 of 7 layers"), small, new Present()), model);

        assertThat(plan.placements()).extracting(Placement::host).containsExactly(small.id());
    }

    @Test
    void a_host_on_which_a_build_of_the_team_gave_the_name_gets_the_job_without_a_registry() {
        Plan plan = plan(asked(), new AJob().gpus(1).image(MODEL).builtOn(small));

        assertThat(plan.placements()).extracting(Placement::host).containsExactly(small.id());
        assertThat(plan.wants()).isEmpty();
    }

    @Test
    void it_waits_for_the_host_where_the_name_was_built_if_no_registry_has_it() {
        Host full = new AHost("c").gpus(1).inUse(0).host();
        AJob job = new AJob().gpus(1).image(MODEL).builtOn(full);

        Plan plan = plan(List.of(large, full), Map.of(large, gone(LATER)), job);

        assertThat(plan.unavailable()).isEmpty();
        assertThat(plan.wants()).isEmpty();
        assertThat(plan.reasons().get(job.id)).endsWith("c: 0 of 1 devices are free, 1 wanted");
    }

    @Test
    void it_waits_for_a_fetch_and_shows_the_progress() {
        Plan plan = plan(Map.of(large, new Fetching("3 of 7 layers"), small, new Wanted()), model);

        assertThat(plan.placements()).isEmpty();
        assertThat(plan.wants()).extracting(Want::host).containsExactly(large.id());
        assertThat(plan.reasons().get(model.id))
                .isEqualTo(
                        "waiting for image %s: a: is fetching it, 3 of 7 layers; b: has been asked for it and has not answered yet"
                                .formatted(MODEL.text()));
    }

    @Test
    void a_host_whose_registry_does_not_answer_leaves_it_to_another() {
        Plan plan = plan(Map.of(large, away(LATER)), model);

        assertThat(plan.wants()).extracting(Want::host).containsExactly(small.id());
        assertThat(plan.unavailable()).isEmpty();
    }

    @Test
    void when_no_host_reaches_the_registry_each_new_failure_ends_one_attempt() {
        assertThat(plan(Map.of(large, away(LATER), small, away(LATER)), model).unavailable())
                .containsExactly(new Unavailable(
                        model.id, large.id(), Cause.IMAGE_PULL_FAILED, "a: connection refused; b: connection refused"));

        Plan known = plan(Map.of(large, away(BEFORE), small, away(LATER)), model);

        assertThat(known.unavailable()).isEmpty();
        assertThat(known.wants()).extracting(Want::host).containsExactly(large.id());
        assertThat(known.reasons().get(model.id)).contains("a: connection refused; next try at 2026-01-02T03:01:00Z");
    }

    @Test
    void an_image_that_no_registry_has_may_be_on_a_host_that_is_full() {
        Host full = new AHost("c").gpus(1).inUse(0).host();
        Map<Host, Image> known = Map.of(large, gone(LATER), small, gone(LATER));

        Plan plan = plan(List.of(large, small, full), known, model);
        assertThat(plan.wants()).extracting(Want::host).containsExactly(full.id());
        assertThat(plan.unavailable()).isEmpty();

        Plan present = plan(List.of(large, small, full), with(known, full, new Present()), model);
        assertThat(present.unavailable()).isEmpty();
        assertThat(present.reasons().get(model.id)).endsWith("c: 0 of 1 devices are free, 1 wanted");

        Plan nowhere = plan(List.of(large, small, full), with(known, full, gone(LATER)), model);
        assertThat(nowhere.unavailable()).extracting(Unavailable::cause).containsExactly(Cause.IMAGE_UNAVAILABLE);
    }

    @Test
    void a_permanently_failed_fetch_is_repeated_for_a_later_job() {
        Plan plan = plan(Map.of(large, gone(BEFORE), small, gone(BEFORE)), model);

        assertThat(plan.wants()).containsExactly(new Want(large.id(), MODEL, SINCE));
        assertThat(plan.unavailable()).isEmpty();
    }

    @Test
    void an_image_pulled_before_the_job_arrived_is_pulled_again_if_the_job_always_pulls() {
        Plan old = plan(Map.of(large, new Present(BEFORE), small, new Present(SINCE)), model);
        assertThat(old.wants()).containsExactly(new Want(large.id(), MODEL, SINCE));
        assertThat(old.placements()).isEmpty();

        Plan fresh = plan(Map.of(large, new Present(LATER)), model);
        assertThat(fresh.placements()).extracting(Placement::host).containsExactly(large.id());
    }

    private static Image away(Instant at) {
        return new Failed(Cause.IMAGE_PULL_FAILED, "connection refused", at, Instant.parse("2026-01-02T03:01:00.5Z"));
    }

    private static Image gone(Instant at) {
        return new Failed(Cause.IMAGE_UNAVAILABLE, "manifest unknown", at, null);
    }

    private static Map<Host, Image> asked() {
        return Map.of();
    }

    private static Map<Host, Image> with(Map<Host, Image> known, Host host, Image image) {
        Map<Host, Image> more = new HashMap<>(known);
        more.put(host, image);
        return more;
    }

    private Plan plan(Map<Host, Image> known, AJob... jobs) {
        return plan(List.of(large, small), known, jobs);
    }

    private static Plan plan(List<Host> hosts, Map<Host, Image> known, AJob... jobs) {
        Map<WorkerId, Map<WantedImage, Image>> images = hosts.stream()
                .collect(Collectors.toMap(
                        Host::id, host -> known.containsKey(host) ? Map.of(MODEL, known.get(host)) : Map.of()));
        return Planner.plan(new Snapshot(
                hosts,
                List.of(),
                images,
                Arrays.stream(jobs).map(AJob::candidate).toList()));
    }

    // ------------------------------------------------------------------------------------------------------------------

    private static Plan plan(List<Host> hosts, AJob... jobs) {
        return Planner.plan(new Snapshot(
                hosts,
                List.of(),
                Map.of(),
                Arrays.stream(jobs).map(AJob::candidate).toList()));
    }

    /** A host of 16 CPUs and 64 GiB on which nothing runs. */
    private static final class AHost {

        private final WorkerId id = new WorkerId(UUID.randomUUID());
        private final String name;
        private final List<Device> devices = new ArrayList<>();
        private int runSlots = 1;
        private @Nullable List<Integer> freeSlots;
        private Set<String> heldPorts = Set.of();
        private Set<String> heldLocations = Set.of();
        private String machine;

        AHost(String name) {
            this.name = name;
            this.machine = "machine of " + name;
        }

        AHost gpus(int count) {
            for (int index = 0; index < count; index++) {
                device(name + "-gpu-" + index, index, Kind.GPU, "NVIDIA A100", 40 * GIB);
            }
            return slots(count);
        }

        AHost device(String key, int index, Kind kind, String type, @Nullable Long memory) {
            devices.add(new Device(key, index, kind, type, memory, null, true));
            return this;
        }

        AHost inUse(int index) {
            Device was = devices.get(index);
            devices.set(index, new Device(was.key(), index, was.kind(), was.type(), was.memory(), null, false));
            return this;
        }

        AHost ill(int index) {
            Device was = devices.get(index);
            devices.set(
                    index,
                    new Device(
                            was.key(), index, was.kind(), was.type(), was.memory(), "it has fallen off the bus", true));
            return this;
        }

        AHost slots(int count) {
            runSlots = count;
            return this;
        }

        AHost freeSlots(Integer... numbers) {
            freeSlots = List.of(numbers);
            return this;
        }

        AHost heldPort(String port) {
            heldPorts = Set.of(port);
            return this;
        }

        AHost machine(String machine) {
            this.machine = machine;
            return this;
        }

        AHost heldLocation(String location) {
            heldLocations = Set.of(location);
            return this;
        }

        Host host() {
            return new Host(
                    id,
                    name,
                    machine,
                    List.copyOf(devices),
                    freeSlots != null
                            ? freeSlots
                            : IntStream.range(0, runSlots).boxed().toList(),
                    runSlots,
                    heldPorts,
                    heldLocations,
                    BigDecimal.valueOf(16),
                    BigDecimal.valueOf(16),
                    64 * GIB,
                    64 * GIB);
        }
    }

    /** A job that needs a slot and what is said. */
    private static final class AJob {

        private final JobId id = new JobId(UUID.randomUUID());
        private Gpus gpus = Gpus.NONE;
        private List<String> ports = List.of();
        private @Nullable String location;
        private @Nullable BigDecimal cpus;
        private @Nullable Long memory;
        private Set<WorkerId> avoid = Set.of();
        private @Nullable WorkerId prefer;
        private Set<WorkerId> refusedBy = Set.of();
        private Set<WorkerId> builtOn = Set.of();
        private @Nullable WorkerId only;
        private @Nullable WantedImage image;

        AJob gpus(int count) {
            return gpus(new Gpus.Count(count, null, null));
        }

        AJob gpus(Gpus gpus) {
            this.gpus = gpus;
            return this;
        }

        AJob port(String port) {
            ports = List.of(port);
            return this;
        }

        AJob location(String location) {
            this.location = location;
            return this;
        }

        AJob cpus(String cpus) {
            this.cpus = new BigDecimal(cpus);
            return this;
        }

        AJob memory(long bytes) {
            this.memory = bytes;
            return this;
        }

        AJob avoid(Host host) {
            avoid = Set.of(host.id());
            return this;
        }

        AJob image(WantedImage image) {
            this.image = image;
            return this;
        }

        AJob refusedBy(Host... hosts) {
            refusedBy = Arrays.stream(hosts).map(Host::id).collect(Collectors.toSet());
            return this;
        }

        AJob builtOn(Host... hosts) {
            builtOn = Arrays.stream(hosts).map(Host::id).collect(Collectors.toSet());
            return this;
        }

        AJob only(WorkerId host) {
            only = host;
            return this;
        }

        AJob prefer(Host host) {
            prefer = host.id();
            return this;
        }

        Candidate candidate() {
            return new Candidate(
                    id,
                    new Needs(gpus, ports, location, cpus, memory, image),
                    builtOn,
                    only,
                    new Past(avoid, prefer, refusedBy, SINCE));
        }
    }
}
