package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.plan.Planner;
import dev.trainyard.core.plan.Snapshot;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DuplicateKeyException;

class PlacementTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void placing_reserves_devices_slot_port_and_location_and_takes_the_job_from_the_queue() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).hostPort(6006).outputsAt("/logs/run-7"));

        PlanStore.Cycle cycle = yard.plan();

        assertThat(cycle.placed()).isOne();
        assertThat(cycle.refused()).isZero();
        assertThat(yard.row(job)).containsEntry("state", "RUNNING").containsEntry("attempts", 1);
        AttemptId attempt = yard.liveAttempt(job);
        assertThat(yard.attempts.unfinishedOf(me.worker()))
                .extracting(Attempt::id, Attempt::number)
                .containsExactly(tuple(attempt, 1));
        assertThat(yard.held(attempt))
                .containsExactly("DEVICE gpu-1-gpu-0", "LOCATION *//logs/run-7", "PORT */tcp/6006", "SLOT */0");
        assertThat(yard.events(job)).endsWith("job.queued", "attempt.reserved");
    }

    @Test
    void the_snapshot_shows_reserved_and_free_resources() {
        yard.register(AWorker.named("gpu-1").gpus(2).device("slot", 9, "SLOT"));
        yard.place(yard.submit(ARequest.named("mnist")
                .gpus(1)
                .hostPort(6006)
                .outputsAt("/logs/run-7")
                .cpus("4")
                .memory(AWorker.GIB)));
        yard.submit(ARequest.named("waiting").gpus(9));

        Snapshot.Host host = snapshot().hosts().getFirst();

        assertThat(host.freeSlots()).containsExactly(1);
        assertThat(host.heldPorts()).containsExactly("tcp/6006");
        assertThat(host.heldLocations()).containsExactly("/logs/run-7");
        assertThat(host.freeCpus()).isEqualByComparingTo("12");
        assertThat(host.freeMemory()).isEqualTo(63 * AWorker.GIB);
        assertThat(host.devices())
                .extracting(Snapshot.Device::key, Snapshot.Device::kind, Snapshot.Device::free)
                .containsExactly(
                        tuple("gpu-1-gpu-0", Snapshot.Kind.GPU, false),
                        tuple("gpu-1-gpu-1", Snapshot.Kind.GPU, true),
                        tuple("slot", Snapshot.Kind.SLOT, true));
    }

    @Test
    void a_host_has_its_cpus_and_memory_back_once_the_container_is_dead() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2));
        yard.collecting(me, yard.submit(ARequest.named("mnist").cpus("16").memory(64 * AWorker.GIB)), Yard.EXIT_0);
        yard.submit(ARequest.named("waiting").gpus(9));

        Snapshot.Host host = snapshot().hosts().getFirst();

        assertThat(host.freeCpus()).isEqualByComparingTo("16");
        assertThat(host.freeMemory()).isEqualTo(64 * AWorker.GIB);
    }

    @Test
    void candidates_come_by_priority_then_age() {
        yard.register(AWorker.named("gpu-1"));
        JobId old = yard.submit(ARequest.named("old"));
        JobId young = yard.submit(ARequest.named("young"));
        JobId urgent = yard.submit(ARequest.named("urgent").priority(900));
        yard.submit(ARequest.named("later").notBefore(Instant.parse("2999-01-01T00:00:00Z")));

        assertThat(snapshot().candidates()).extracting(Snapshot.Candidate::job).containsExactly(urgent, old, young);
    }

    @Test
    void a_candidate_avoids_hosts_where_it_failed_through_no_fault_of_its_own() {
        Incarnation bad = yard.register(AWorker.named("a-bad"));
        JobId job = yard.submit(ARequest.named("mnist"));
        yard.attempts.failed(bad, yard.place(job), yard.end(Cause.DISK_FULL, job));
        yard.update("update trainyard.job set not_before = null");
        Incarnation good = yard.register(AWorker.named("good"));

        assertThat(snapshot().candidates())
                .extracting(candidate -> candidate.past().avoid())
                .containsExactly(Set.of(bad.worker()));
        assertThat(yard.workerOf(yard.place(job))).isEqualTo(good.worker());
    }

    @Test
    void a_candidate_with_a_named_location_prefers_the_host_that_holds_it() {
        Incarnation first = yard.register(AWorker.named("first"));
        JobId job = yard.submit(ARequest.named("mnist").outputsAt("/logs/run-7").maxAttempts(3));
        AttemptId attempt = yard.collecting(first, job, Yard.EXIT_1);
        yard.attempts.ended(first, attempt, yard.end(Cause.PROGRAM_ERROR, job));
        yard.update("update trainyard.job set not_before = null");
        yard.register(AWorker.named("a-bigger").gpus(4));

        assertThat(yard.workerOf(yard.place(job))).isEqualTo(first.worker());
    }

    @Test
    void silent_lost_and_forgotten_hosts_get_nothing() {
        Incarnation silent = yard.register(AWorker.named("silent"));
        Incarnation lost = yard.register(AWorker.named("lost"));
        Incarnation forgotten = yard.register(AWorker.named("forgotten"));
        yard.silence(silent, "31 seconds");
        yard.update(
                "update trainyard.worker set state = 'LOST' where id = ?",
                lost.worker().value());
        yard.update(
                "update trainyard.worker set state = 'FORGOTTEN' where id = ?",
                forgotten.worker().value());
        JobId job = yard.submit(ARequest.named("mnist"));

        assertThat(yard.plan().placed()).isZero();
        assertThat(yard.row(job)).containsEntry("waiting_because", "no worker takes new work");
    }

    @Test
    void devices_that_are_ill_or_no_longer_offered_are_not_given_out() {
        AWorker worker = AWorker.named("gpu-1").gpus(2);
        yard.register(worker);
        yard.update("update trainyard.device set unhealthy_because = 'Xid 79' where index = 0");
        yard.update("update trainyard.device set offered = false where index = 1");
        yard.submit(ARequest.named("mnist").gpus(1));

        assertThat(yard.plan().placed()).isZero();
        assertThat(snapshot().hosts().getFirst().devices())
                .extracting(Snapshot.Device::usable)
                .containsExactly(false);
    }

    @Test
    void a_waiting_job_has_a_reason_and_a_placed_one_has_none() {
        yard.register(AWorker.named("gpu-1").gpus(1));
        JobId first = yard.submit(ARequest.named("first").gpus(1));
        JobId second = yard.submit(ARequest.named("second").gpus(1));
        yard.plan();
        assertThat(yard.text("select waiting_because from history.queue"))
                .contains("gpu-1")
                .contains("in use");

        yard.jobs.cancel(first, null, JobStore.Kill.NEVER);
        Incarnation again = new Incarnation(
                new WorkerId(yard.sql("select id from trainyard.worker")
                        .query(UUID.class)
                        .single()),
                yard.sql("select incarnation from trainyard.worker")
                        .query(UUID.class)
                        .single());
        yard.attempts.failed(again, yard.liveAttempt(first), yard.end(Cause.CANCELLED, first));
        yard.plan();

        assertThat(yard.row(second)).containsEntry("state", "RUNNING").containsEntry("waiting_because", null);
    }

    @Test
    void explaining_does_not_wait_for_a_job_that_someone_is_changing() throws Exception {
        JobId busy = yard.submit(ARequest.named("busy"));
        JobId idle = yard.submit(ARequest.named("idle"));

        try (var connection =
                DriverManager.getConnection(TestPostgres.asSuperuser(yard.url).jdbc(), "postgres", "")) {
            connection.setAutoCommit(false);
            try (var lock = connection.createStatement()) {
                lock.execute("select id from trainyard.job where id = '" + busy + "' for update");
            }
            yard.plan();
            connection.rollback();
        }

        assertThat(yard.row(idle)).containsEntry("waiting_because", "no worker takes new work");
        assertThat(yard.row(busy)).containsEntry("waiting_because", null);
    }

    @Test
    void a_request_that_this_release_cannot_read_waits_with_the_reason_and_blocks_no_other() {
        yard.register(AWorker.named("gpu-1"));
        JobId unreadable = yard.submit(ARequest.named("from-the-future").priority(1000));
        yard.update("update trainyard.job set request = request || '{\"warp\": 9}', gpu_count = null, retry = null");
        JobId other = yard.submit(ARequest.named("mnist"));

        yard.plans.observe();
        assertThat(yard.plan().placed()).isOne();

        assertThat(yard.state(other)).isEqualTo("RUNNING");
        assertThat(yard.state(unreadable)).isEqualTo("QUEUED");
        assertThat(yard.text("select waiting_because from history.queue")).contains("cannot read", "warp");
    }

    @Test
    void the_longest_location_that_a_request_may_name_can_be_reserved() {
        yard.register(AWorker.named("gpu-1"));
        StringBuilder location = new StringBuilder("/");
        new Random(7).ints(599, 0x1f300, 0x1f5ff).forEach(location::appendCodePoint);
        JobId job = yard.submit(ARequest.named("mnist").outputsAt(location.toString()));

        assertThat(yard.held(yard.place(job))).contains("LOCATION */" + location);
    }

    @Test
    void workers_of_one_machine_never_write_one_place_at_once() {
        yard.register(AWorker.named("gpu-1").boot("here"));
        yard.register(AWorker.named("gpu-2").boot("here").engine("engine-2"));
        JobId first = yard.submit(ARequest.named("first").outputsAt("/logs/run-7"));
        JobId second = yard.submit(ARequest.named("second").outputsAt("/logs/run-7/part"));

        yard.plan();
        yard.plan();

        assertThat(yard.state(first)).isEqualTo("RUNNING");
        assertThat(yard.state(second)).isEqualTo("QUEUED");
        assertThat(yard.text("select waiting_because from history.queue")).contains("/logs/run-7");
    }

    @Test
    void machines_have_places_of_their_own() {
        yard.register(AWorker.named("gpu-1").boot("here"));
        yard.register(AWorker.named("gpu-2").boot("there").engine("engine-2"));
        JobId first = yard.submit(ARequest.named("first").outputsAt("/logs/run-7"));
        JobId second = yard.submit(ARequest.named("second").outputsAt("/logs/run-7"));

        yard.plan();

        assertThat(List.of(yard.state(first), yard.state(second))).containsOnly("RUNNING");
    }

    @Test
    void no_worker_of_the_machine_writes_where_a_lost_attempt_may_still_write() {
        yard.register(AWorker.named("gpu-1").boot("here"));
        JobId lost = yard.submit(ARequest.named("lost").outputsAt("/logs/run-7"));
        yard.place(lost);
        yard.register(AWorker.named("gpu-2").boot("here").engine("engine-2"));
        yard.update(
                "update trainyard.attempt set state = 'ENDED', cause = 'HOST_LOST', lost_in = 'RESERVED', ended_at = clock_timestamp()");
        JobId next = yard.submit(ARequest.named("next").outputsAt("/logs/run-7"));

        yard.plan();

        assertThat(yard.state(next)).isEqualTo("QUEUED");
        assertThat(yard.text("select waiting_because from history.queue where job_id = '%s'".formatted(next)))
                .contains("/logs/run-7");
    }

    // Whatever the code does ------------------------------------------------------------------------------------------

    @Test
    void the_database_refuses_a_second_live_attempt_of_a_job() {
        yard.register(AWorker.named("gpu-1").gpus(2));
        JobId job = yard.submit(ARequest.named("mnist"));
        yard.place(job);

        assertThatThrownBy(() -> yard.update("""
                        insert into trainyard.attempt (id, job_id, number, worker_id, state, cpus, memory_bytes)
                        select gen_random_uuid(), job_id, 2, worker_id, 'RESERVED', 0, 0 from trainyard.attempt"""))
                .isInstanceOf(DuplicateKeyException.class)
                .hasMessageContaining("attempt_one_live_per_job");
    }

    @Test
    void the_database_refuses_to_reserve_a_device_slot_port_or_location_twice() {
        yard.register(AWorker.named("gpu-1").gpus(2));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).hostPort(6006).outputsAt("/logs/run-7"));
        yard.place(job);

        for (String kind : List.of("DEVICE", "SLOT", "PORT", "LOCATION")) {
            assertThatThrownBy(() -> yard.update("""
                            insert into trainyard.reservation (kind, key, attempt_id, worker_id)
                            select kind, key, attempt_id, worker_id from trainyard.reservation where kind = ?""", kind))
                    .as(kind)
                    .isInstanceOf(DuplicateKeyException.class)
                    .hasMessageContaining("reservation_exclusive");
        }
    }

    // What happens between the plan and its placing -------------------------------------------------------------------

    @Test
    void a_placement_that_an_index_refuses_leaves_the_others_standing() {
        yard.register(AWorker.named("gpu-1").gpus(3));
        JobId first = yard.submit(ARequest.named("first").gpus(1));
        JobId second = yard.submit(ARequest.named("second").gpus(1));
        JobId third = yard.submit(ARequest.named("third").gpus(1));

        PlanStore.Cycle cycle = cycle(plan -> {
            List<Plan.Placement> placements = new ArrayList<>(plan.placements());
            placements.set(
                    1,
                    on(
                            placements.get(1),
                            placements.get(0).devices(),
                            placements.get(1).slot()));
            return new Plan(placements, plan.reasons());
        });

        assertThat(cycle.placed()).isEqualTo(2);
        assertThat(cycle.refused()).isOne();
        assertThat(yard.state(first)).isEqualTo("RUNNING");
        assertThat(yard.row(second)).containsEntry("state", "QUEUED").containsEntry("attempts", 0);
        assertThat(yard.state(third)).isEqualTo("RUNNING");
        assertThat(yard.events(second)).containsExactly("job.accepted", "job.queued");
        assertThat(yard.plan().placed()).as("placed by the next cycle").isOne();
    }

    @Test
    void a_job_that_was_cancelled_or_held_since_the_plan_is_not_placed() {
        yard.register(AWorker.named("gpu-1").gpus(3));
        JobId cancelled = yard.submit(ARequest.named("cancelled"));
        JobId held = yard.submit(ARequest.named("held"));
        JobId other = yard.submit(ARequest.named("other"));

        PlanStore.Cycle cycle = cycle(plan -> {
            await(yard.async(() -> yard.jobs.cancel(cancelled, null, JobStore.Kill.NEVER)));
            await(yard.async(() -> yard.jobs.hold(held, "wait")));
            return plan;
        });

        assertThat(cycle.placed()).isOne();
        assertThat(cycle.refused()).isEqualTo(2);
        assertThat(yard.state(cancelled)).isEqualTo("CANCELLED");
        assertThat(yard.state(held)).isEqualTo("HELD");
        assertThat(yard.state(other)).isEqualTo("RUNNING");
    }

    @Test
    void a_host_that_was_lost_since_the_plan_gets_nothing() {
        Incarnation worker = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));

        PlanStore.Cycle cycle = cycle(plan -> {
            yard.update(
                    "update trainyard.worker set state = 'LOST' where id = ?",
                    worker.worker().value());
            return plan;
        });

        assertThat(cycle.refused()).isOne();
        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void a_host_that_became_unfit_since_the_plan_gets_nothing() {
        Incarnation worker = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));

        PlanStore.Cycle cycle = cycle(plan -> {
            await(yard.async(() -> {
                yard.workers.unfit(worker, "the container engine does not answer");
                return true;
            }));
            return plan;
        });

        assertThat(cycle.refused()).isOne();
        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void a_device_that_its_worker_no_longer_offers_since_the_plan_is_not_reserved() {
        AWorker worker = AWorker.named("gpu-1").gpus(1);
        yard.register(worker);
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));

        PlanStore.Cycle cycle = cycle(plan -> {
            await(yard.async(() -> yard.register(worker.withoutDevices())));
            return plan;
        });

        assertThat(cycle.refused()).isOne();
        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void memory_and_cpus_are_checked_again_for_the_locked_host() {
        yard.register(AWorker.named("gpu-1").gpus(4));
        yard.submit(ARequest.named("first").memory(39 * AWorker.GIB).cpus("10"));
        JobId memory =
                yard.submit(ARequest.named("memory").memory(24 * AWorker.GIB).cpus("1"));
        JobId cpus = yard.submit(ARequest.named("cpus").memory(AWorker.GIB).cpus("5"));

        PlanStore.Cycle cycle = cycle(plan -> new Plan(
                plan.placements().stream()
                        .map(placement -> placement.job().equals(memory)
                                ? needing(placement, "1", 26 * AWorker.GIB)
                                : placement.job().equals(cpus) ? needing(placement, "7", AWorker.GIB) : placement)
                        .toList(),
                Map.of()));

        assertThat(cycle.placed()).isOne();
        assertThat(cycle.refused()).isEqualTo(2);
    }

    // Two planners ----------------------------------------------------------------------------------------------------

    @Test
    void while_one_planner_runs_another_does_nothing() {
        yard.register(AWorker.named("gpu-1").gpus(1));
        yard.submit(ARequest.named("mnist").gpus(1));

        cycle(plan -> {
            Optional<PlanStore.Cycle> other =
                    await(yard.async(() -> Yard.plans(yard.database).cycle(Planner::plan)));
            assertThat(other).isEmpty();
            return plan;
        });
    }

    @Test
    void many_planners_at_once_place_each_job_once_and_give_no_device_twice() throws Exception {
        yard.register(AWorker.named("gpu-1").gpus(4));
        yard.register(AWorker.named("gpu-2").gpus(4));
        for (int i = 0; i < 12; i++) {
            yard.submit(ARequest.named("job-" + i).gpus(1));
        }

        List<Future<Integer>> planners = new ArrayList<>();
        for (int planner = 0; planner < 5; planner++) {
            planners.add(yard.async(() -> {
                PlanStore own = Yard.plans(yard.database);
                int placed = 0;
                for (int cycle = 0; cycle < 5; cycle++) {
                    placed += own.cycle(Planner::plan)
                            .map(PlanStore.Cycle::placed)
                            .orElse(0);
                }
                return placed;
            }));
        }
        int placed = 0;
        for (Future<Integer> planner : planners) {
            placed += planner.get();
        }

        assertThat(placed).isEqualTo(8);
        assertThat(yard.sql("select count(*) from trainyard.attempt")
                        .query(Integer.class)
                        .single())
                .isEqualTo(8);
        assertThat(yard.sql("select count(distinct key) from trainyard.reservation where kind = 'DEVICE'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(8);
    }

    // ------------------------------------------------------------------------------------------------------------------

    private Snapshot snapshot() {
        Snapshot[] seen = new Snapshot[1];
        yard.plans.cycle(snapshot -> {
            seen[0] = snapshot;
            return new Plan(List.of(), Map.of());
        });
        return seen[0];
    }

    private PlanStore.Cycle cycle(Function<Plan, Plan> meanwhile) {
        return yard.plans
                .cycle(snapshot -> meanwhile.apply(Planner.plan(snapshot)))
                .orElseThrow();
    }

    private static Plan.Placement on(Plan.Placement placement, List<String> devices, int slot) {
        return new Plan.Placement(
                placement.job(),
                placement.host(),
                devices,
                slot,
                placement.hostPorts(),
                placement.location(),
                placement.cpus(),
                placement.memory());
    }

    private static Plan.Placement needing(Plan.Placement placement, String cpus, long memory) {
        return new Plan.Placement(
                placement.job(),
                placement.host(),
                placement.devices(),
                placement.slot(),
                placement.hostPorts(),
                placement.location(),
                new BigDecimal(cpus),
                memory);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
