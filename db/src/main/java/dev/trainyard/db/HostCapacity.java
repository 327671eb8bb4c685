package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.plan.Snapshot;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The total and free capacity of hosts: read for a plan, and again under locks before the plan is applied. */
final class HostCapacity {

    /**
     * Whether a worker gets new work, from its row {@code w} and its lease {@code l}. The function decides when a silent worker is no longer
     * ACTIVE. The view {@code history.gpus} has the same rule for devices; {@code TakesWorkTest} compares them.
     */
    private static final String TAKES_WORK =
            "w.unfit_because is null and trainyard.shown_state(w.state, l.renewed_at) = 'ACTIVE'";

    /** A worker that became silent within this time, or is unfit, may take work again. Jobs that all other hosts refuse wait for it. */
    private static final Duration BACK_WITHIN = Duration.ofMinutes(15);

    /** The same for a worker that stopped in an orderly way: a restart takes at most this long, and it may not follow at all. */
    private static final Duration RESTARTED_WITHIN = Duration.ofMinutes(1);

    private final JdbcClient sql;

    HostCapacity(JdbcClient sql) {
        this.sql = sql;
    }

    /** True: hosts that take new work. False: the others. */
    Map<Boolean, List<Snapshot.Host>> hosts() {
        Map<UUID, List<Snapshot.Device>> devices = devices();
        Map<UUID, Map<String, Set<String>>> held = held();
        return sql
                .sql("""
                select w.id, w.name, w.boot_id, w.run_slots, w.cpus, w.memory_bytes,
                       %s as takes_work,
                       w.cpus - coalesce(u.cpus, 0) as free_cpus, w.memory_bytes - coalesce(u.memory_bytes, 0) as free_memory
                from trainyard.worker w
                join trainyard.worker_lease l on l.worker_id = w.id and l.incarnation = w.incarnation
                left join lateral (
                    select sum(a.cpus) as cpus, sum(a.memory_bytes)::bigint as memory_bytes
                    from trainyard.attempt a join trainyard.reservation r on r.attempt_id = a.id
                    where r.worker_id = w.id and r.kind = 'SLOT' and r.released_at is null) u on true
                where w.state not in ('DRAINING', 'FORGOTTEN')
                  and l.renewed_at > clock_timestamp()
                      - case when w.state = 'STOPPED' then :restarted else :back end * interval '1 second'
                order by w.name, w.id""".formatted(TAKES_WORK))
                .param("back", BACK_WITHIN.toSeconds())
                .param("restarted", RESTARTED_WITHIN.toSeconds())
                .query((row, n) -> {
                    UUID id = row.getObject("id", UUID.class);
                    Map<String, Set<String>> taken = held.getOrDefault(id, Map.of());
                    Set<String> slots = taken.getOrDefault("SLOT", Set.of());
                    int runSlots = row.getInt("run_slots");
                    return Map.entry(
                            row.getBoolean("takes_work"),
                            new Snapshot.Host(
                                    new WorkerId(id),
                                    row.getString("name"),
                                    row.getString("boot_id"),
                                    devices.getOrDefault(id, List.of()),
                                    IntStream.range(0, runSlots)
                                            .filter(slot -> !slots.contains(Integer.toString(slot)))
                                            .boxed()
                                            .toList(),
                                    runSlots,
                                    taken.getOrDefault("PORT", Set.of()),
                                    taken.getOrDefault("LOCATION", Set.of()),
                                    row.getBigDecimal("cpus"),
                                    row.getBigDecimal("free_cpus"),
                                    row.getLong("memory_bytes"),
                                    row.getLong("free_memory")));
                })
                .list()
                .stream()
                .collect(Collectors.partitioningBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private Map<UUID, List<Snapshot.Device>> devices() {
        Map<UUID, List<Snapshot.Device>> byWorker = new HashMap<>();
        sql.sql("""
                select d.key, d.worker_id, d.index, d.kind, d.type, d.memory_bytes, d.unhealthy_because,
                       not exists (select from trainyard.reservation r
                                   where r.kind = 'DEVICE' and r.key = d.key and r.released_at is null) as free
                from trainyard.device d where d.offered order by d.worker_id, d.index, d.key""").query(row -> {
            byWorker.computeIfAbsent(row.getObject("worker_id", UUID.class), worker -> new ArrayList<>())
                    .add(new Snapshot.Device(
                            row.getString("key"),
                            row.getInt("index"),
                            Snapshot.Kind.valueOf(row.getString("kind")),
                            row.getString("type"),
                            (Long) row.getObject("memory_bytes"),
                            row.getString("unhealthy_because"),
                            row.getBoolean("free")));
        });
        return byWorker;
    }

    /**
     * The reserved resources, by worker and kind; keys are without the worker's id. Workers of one machine share its folders: a location
     * that one of them holds, even for a lost attempt, is reserved for all.
     */
    private Map<UUID, Map<String, Set<String>>> held() {
        Map<UUID, Map<String, Set<String>>> held = new HashMap<>();
        sql.sql("""
                select w.id as worker_id, r.kind, substr(r.key, 38) as thing
                from trainyard.reservation r join trainyard.worker holder on holder.id = r.worker_id
                join trainyard.worker w on w.id = holder.id or r.kind = 'LOCATION' and w.boot_id = holder.boot_id
                where r.released_at is null and r.kind in ('SLOT', 'PORT', 'LOCATION')""").query(row -> {
            held.computeIfAbsent(row.getObject("worker_id", UUID.class), worker -> new HashMap<>())
                    .computeIfAbsent(row.getString("kind"), kind -> new HashSet<>())
                    .add(row.getString("thing"));
        });
        return held;
    }

    /** The free capacity of a locked worker: what it offers now, minus what its attempts hold. */
    static final class Room {

        private BigDecimal cpus;
        private long memory;
        private final Set<String> devices;

        private Room(BigDecimal cpus, long memory, Set<String> devices) {
            this.cpus = cpus;
            this.memory = memory;
            this.devices = devices;
        }

        boolean takes(Plan.Placement placement) {
            if (placement.cpus().compareTo(cpus) > 0
                    || placement.memory() > memory
                    || !devices.containsAll(placement.devices())) {
                return false;
            }
            cpus = cpus.subtract(placement.cpus());
            memory -= placement.memory();
            return true;
        }
    }

    /** Locks the hosts of the plan until the end of the transaction. Returns those that still get new work. */
    Map<UUID, Room> lock(Plan plan) {
        UUID[] ids = Stream.of(
                        plan.placements().stream().map(Plan.Placement::host),
                        plan.wants().stream().map(Plan.Want::host),
                        plan.unavailable().stream().map(Plan.Unavailable::host))
                .flatMap(hosts -> hosts)
                .map(WorkerId::value)
                .distinct()
                .toArray(UUID[]::new);
        // Lock all of them before the first placement, by id. A separate statement, because the data to decide on
        // must be read after the locks are granted.
        sql.sql("select id from trainyard.worker where id = any(:ids) order by id for no key update")
                .param("ids", ids)
                .query(UUID.class)
                .list();
        Map<UUID, Room> rooms = new HashMap<>();
        sql.sql("""
                select w.id, w.cpus - coalesce(sum(a.cpus), 0) as cpus, w.memory_bytes - coalesce(sum(a.memory_bytes), 0) as memory,
                       array(select d.key from trainyard.device d
                             where d.worker_id = w.id and d.offered and d.unhealthy_because is null) as devices
                from trainyard.worker w
                join trainyard.worker_lease l on l.worker_id = w.id and l.incarnation = w.incarnation
                left join trainyard.reservation r on r.worker_id = w.id and r.kind = 'SLOT' and r.released_at is null
                left join trainyard.attempt a on a.id = r.attempt_id
                where w.id = any(:ids) and %s
                group by w.id, l.renewed_at""".formatted(TAKES_WORK)).param("ids", ids).query(row -> {
            Set<String> devices = Set.of((String[]) row.getArray("devices").getArray());
            rooms.put(
                    row.getObject("id", UUID.class),
                    new Room(row.getBigDecimal("cpus"), row.getLong("memory"), devices));
        });
        return rooms;
    }
}
