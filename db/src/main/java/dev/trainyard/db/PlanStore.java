package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.plan.QueuePlace;
import dev.trainyard.core.plan.Snapshot;
import dev.trainyard.core.plan.WantedImage;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.sql.Types;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The planner's transactions. A cycle reads, plans and applies ({@code place}) in one transaction under the planner's lock. The lock only
 * avoids double work. Correctness depends on unique indexes and locked worker rows.
 */
public final class PlanStore {

    /** After this time a cycle does not begin another page. */
    private static final Duration ROUND = Duration.ofSeconds(2);

    /** Cycles run every five seconds. An older timestamp means that no planner was observing. */
    static final Duration OBSERVED_WITHIN = Duration.ofSeconds(15);

    private final Database database;
    private final JdbcClient sql;
    private final JobEvents events;
    private final LostHosts lostHosts;
    private final AbsentWorkerEndings endings;
    private final WaitingJobs waiting;
    private final HostCapacity capacity;
    private final HostImages images;
    private final MissingNeeds missingNeeds;
    private final OverdueAttempts overdue;
    private final HouseKeeping houseKeeping;
    private final Duration round;

    /** Where the last cycle ran out of time; null if it reached the end of the queue. Only the planner's thread uses this. */
    private @Nullable QueuePlace stoppedAt;

    public PlanStore(Database database) {
        this(database, ROUND);
    }

    /** @param round after this time a cycle does not begin another page */
    PlanStore(Database database, Duration round) {
        this.round = round;
        this.database = database;
        this.sql = database.sql();
        this.events = new JobEvents(sql);
        this.overdue = new OverdueAttempts(database);
        this.houseKeeping = new HouseKeeping(database);
        this.missingNeeds = new MissingNeeds(sql);
        this.lostHosts = new LostHosts(database);
        this.endings = new AbsentWorkerEndings(database);
        this.waiting = new WaitingJobs(sql);
        this.capacity = new HostCapacity(sql);
        this.images = new HostImages(database);
    }

    /**
     * The result of a cycle.
     *
     * @param placed number of reserved attempts
     * @param refused number of placements that a concurrent change made impossible; the next cycle sees the change
     * @param nextDue time until the next job may be placed after its backoff; null if none waits for that
     */
    public record Cycle(int placed, int refused, @Nullable Duration nextDue) {}

    /**
     * Runs one cycle, unless another planner is running one.
     *
     * @param planner a pure function, {@code Planner::plan}, called once per page of waiting jobs
     */
    public Optional<Cycle> cycle(Function<Snapshot, Plan> planner) {
        return database.inTransaction(() -> {
            if (!lockPlanner()) {
                return Optional.<Cycle>empty();
            }
            Cycle cycle = apply(plan(planner));
            if (cycle.placed() > 0) {
                notifyWorkers();
            }
            return Optional.of(cycle);
        });
    }

    private void notifyWorkers() {
        Notifications.send(sql, Notifications.WORK);
    }

    /**
     * Records that a planner is observing, and acts on everything overdue: {@code expire} for silent hosts, {@code unclaimed}, {@code stop}
     * for preparations, {@code ended} for collections, and queries that run too long. Call it at least every five seconds. It does nothing if
     * another planner is doing this.
     *
     * <p>Each part is a separate transaction and reads the timestamp again. So a failure of one part rolls back neither the timestamp, which
     * would stop the time for all others, nor the other parts.
     */
    public void observe() {
        Parts.runAll(Stream.<Runnable>of(
                        this::stampServing,
                        missingNeeds::fill,
                        lostHosts::expire,
                        overdue::end,
                        houseKeeping::endLongReaders)
                .map(part -> () -> asPlanner(part)));
    }

    private void asPlanner(Runnable work) {
        database.inTransaction(() -> {
            if (lockPlanner()) {
                work.run();
            }
        });
    }

    private boolean lockPlanner() {
        // The first limit frees the lock if the process hangs. The second one ends statements that are too slow.
        sql.sql(
                        "select set_config('idle_in_transaction_session_timeout', '3s', true), set_config('statement_timeout', '10s', true)")
                .query()
                .singleRow();
        return sql.sql("select name from trainyard.turn where name = 'plan' for no key update skip locked")
                .query(String.class)
                .optional()
                .isPresent();
    }

    private void stampServing() {
        sql.sql("""
                update trainyard.installation
                set serving_since = case when last_cycle is null or clock_timestamp() - last_cycle > :within * interval '1 second'
                                         then clock_timestamp() else serving_since end,
                    last_cycle = clock_timestamp()""").param("within", OBSERVED_WITHIN.toSeconds()).update();
    }

    // Loading ---------------------------------------------------------------------------------------------------------

    /**
     * Plans page by page, while there is a free slot and time. Each page gets the capacity that the previous ones left, so the order of the
     * queue is kept.
     *
     * <p>If a cycle runs out of time, the next one plans the first page of the queue and then continues where this one stopped. So the first
     * jobs are placed first, and many jobs that fit nowhere cannot block the jobs behind them.
     */
    private Plan plan(Function<Snapshot, Plan> planner) {
        long began = System.nanoTime();
        Map<Boolean, List<Snapshot.Host>> known = capacity.hosts();
        List<Snapshot.Host> hosts = known.getOrDefault(true, List.of());
        List<Snapshot.Host> away = known.getOrDefault(false, List.of());
        Set<JobId> seen = new HashSet<>();
        Plan plan = new Plan(List.of(), Map.of());
        QueuePlace place = WaitingJobs.HEAD;
        do {
            WaitingJobs.Page page = waiting.after(place, seen);
            Plan more = planner.apply(new Snapshot(hosts, away, imagesOf(page), images.withBuilt(page.candidates())));
            plan = plan.and(more);
            hosts = Snapshot.Host.after(hosts, more.placements());
            boolean first = place == WaitingJobs.HEAD;
            place = page.end();
            if (place == null) {
                stoppedAt = null;
            } else if (first) {
                place = stoppedAt != null && stoppedAt.compareTo(place) > 0 ? stoppedAt : place;
            } else if (System.nanoTime() - began >= round.toNanos()) {
                stoppedAt = place;
                place = null;
            }
        } while (place != null
                && hosts.stream().anyMatch(host -> !host.freeSlots().isEmpty()));
        return plan;
    }

    private Map<WorkerId, Map<WantedImage, Snapshot.Image>> imagesOf(WaitingJobs.Page page) {
        return images.known(page.candidates().stream()
                .map(candidate -> candidate.needs().image())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet()));
    }

    // Applying --------------------------------------------------------------------------------------------------------

    private Cycle apply(Plan plan) {
        Map<UUID, HostCapacity.Room> rooms = capacity.lock(plan);
        if (images.want(plan.wants())) {
            notifyWorkers();
        }
        int placed = 0;
        int refused = 0;
        for (Plan.Placement placement : plan.placements()) {
            HostCapacity.Room room = rooms.get(placement.host().value());
            if (room != null && room.takes(placement) && place(placement)) {
                placed++;
            } else {
                refused++;
            }
        }
        plan.unavailable().forEach(this::endUnavailable);
        plan.refused().forEach(this::endRefused);
        explain(plan.reasons());
        return new Cycle(placed, refused, waiting.nextDue());
    }

    /** {@code unavailable}: creates an attempt that has ended already, without reservations. Then the job continues as after any end. */
    private void endUnavailable(Plan.Unavailable image) {
        if (!isQueued(image.job())) {
            return;
        }
        AttemptId attempt = insertAttempt(image.job(), image.host(), BigDecimal.ZERO, 0, List.of());
        AttemptStore.Locked locked = AttemptStore.lock(sql, attempt);
        AttemptStore.end(sql, events, locked, endings.unavailable(locked, image.cause(), image.detail()));
    }

    /** {@code refused}: QUEUED→FAILED, because every host that could run the job has refused it. Its attempts contain the messages. */
    private void endRefused(JobId job) {
        if (!isQueued(job)) {
            return;
        }
        sql.sql("""
                update trainyard.job
                set state = 'FAILED', ended_at = greatest(queued_at, clock_timestamp()), waiting_because = null where id = :job""").param("job", job.value()).update();
        events.append(job, "job.ended", null, Json.object(Map.of("state", "FAILED")));
    }

    /** {@code place}, in a savepoint: if a unique index refuses this placement, the others remain. */
    private boolean place(Plan.Placement placement) {
        try {
            return database.inSavepoint(() -> reserve(placement));
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    private boolean reserve(Plan.Placement placement) {
        if (!isQueued(placement.job())) {
            return false;
        }
        AttemptId attempt = insertAttempt(
                placement.job(), placement.host(), placement.cpus(), placement.memory(), placement.devices());
        for (String device : placement.devices()) {
            reserve(attempt, placement.host(), "DEVICE", device);
        }
        reserve(attempt, placement.host(), "SLOT", placement.host() + "/" + placement.slot());
        for (String port : placement.hostPorts()) {
            reserve(attempt, placement.host(), "PORT", placement.host() + "/" + port);
        }
        if (placement.location() != null) {
            reserve(attempt, placement.host(), "LOCATION", placement.host() + "/" + placement.location());
        }
        return true;
    }

    /** Locks the job, so that its state does not change until the end of the transaction. */
    private boolean isQueued(JobId job) {
        return sql.sql("select state from trainyard.job where id = :job for update")
                .param("job", job.value())
                .query(String.class)
                .single()
                .equals("QUEUED");
    }

    private AttemptId insertAttempt(JobId job, WorkerId worker, BigDecimal cpus, long memory, List<String> devices) {
        AttemptId attempt = AttemptId.random();
        int number = sql.sql("""
                update trainyard.job set state = 'RUNNING', attempts = attempts + 1, waiting_because = null
                where id = :job returning attempts""").param("job", job.value()).query(Integer.class).single();
        sql.sql("""
                insert into trainyard.attempt (id, job_id, number, worker_id, state, cpus, memory_bytes, in_hands_of, in_hands_since)
                values (:id, :job, :number, :worker, 'RESERVED', :cpus, :memory,
                        (select incarnation from trainyard.worker where id = :worker), clock_timestamp())""")
                .param("id", attempt.value())
                .param("job", job.value())
                .param("number", number)
                .param("worker", worker.value())
                .param("cpus", cpus)
                .param("memory", memory)
                .update();
        events.append(
                job,
                "attempt.reserved",
                attempt,
                Json.object(Map.of("worker", worker.toString(), "number", number, "devices", devices)));
        return attempt;
    }

    private void reserve(AttemptId attempt, WorkerId worker, String kind, String key) {
        sql.sql("""
                insert into trainyard.reservation (kind, key, attempt_id, worker_id) values (:kind, :key, :attempt, :worker)""")
                .param("kind", kind)
                .param("key", key)
                .param("attempt", attempt.value())
                .param("worker", worker.value())
                .update();
    }

    private void explain(Map<JobId, String> reasons) {
        if (reasons.isEmpty()) {
            return;
        }
        UUID[] jobs = reasons.keySet().stream().map(JobId::value).toArray(UUID[]::new);
        String[] texts = reasons.values().toArray(String[]::new);
        // Skips jobs that another transaction is changing. The next cycle updates their explanation.
        sql.sql("""
                update trainyard.job j set waiting_because = r.reason
                from (select w.id, w.reason from unnest(:jobs::uuid[], :reasons::text[]) as w (id, reason)) r
                where j.id = r.id and j.id in (
                    select q.id from trainyard.job q join unnest(:jobs::uuid[], :reasons::text[]) as w (id, reason) on w.id = q.id
                    where q.state = 'QUEUED' and q.waiting_because is distinct from w.reason
                    for update of q skip locked)""")
                .param("jobs", jobs, Types.ARRAY)
                .param("reasons", texts, Types.ARRAY)
                .update();
    }

    /**
     * Periodic maintenance: creates partitions of the next months and deletes expired data. Each part is a separate transaction, and a
     * failure of one does not stop the others.
     */
    public void keepHouse() {
        houseKeeping.keep();
    }
}
