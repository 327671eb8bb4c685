package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Workers: {@code register}, {@code renew} and {@code stopped}. */
public final class WorkerStore {

    private final Database database;
    private final JdbcClient sql;

    public WorkerStore(Database database) {
        this.database = database;
        this.sql = database.sql();
    }

    /**
     * The data that a worker registers with.
     *
     * @param bootId the kernel's boot id
     * @param lockDevice device number of the lock file in its state directory
     * @param lockInode inode of that file
     * @param pidStartedAt start time of the process by its host's clock, because pids are reused
     * @param engineId the container engine's id
     * @param ownFolders folders of its host in which it or its engine keeps files; no container may mount them
     */
    public record Registration(
            WorkerId id,
            String name,
            String host,
            String bootId,
            long lockDevice,
            long lockInode,
            long pid,
            Instant pidStartedAt,
            String engineId,
            BigDecimal cpus,
            long memoryBytes,
            int runSlots,
            String outputsRoot,
            List<String> ownFolders,
            String version,
            boolean fetchesImages,
            List<OfferedDevice> devices) {}

    /** A device that a worker offers; {@code kind} is GPU, MIG or SLOT. */
    public record OfferedDevice(
            String key,
            int index,
            String kind,
            String type,
            @Nullable Long memoryBytes,
            @Nullable String unhealthyBecause) {

        public OfferedDevice {
            unhealthyBecause = unhealthyBecause == null ? null : PostgresText.of(unhealthyBecause);
        }
    }

    /**
     * The result of a registration.
     *
     * @param refusedDevices keys of devices that another worker on the same hardware already offers
     */
    public record Registered(Incarnation me, List<String> refusedDevices) {}

    /** The registration was refused. The message says why and what to do. */
    public static class RegistrationRefused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        RegistrationRefused(String message) {
            super(message);
        }
    }

    /** An operator has declared this worker's host dead. The worker may only stop its containers. */
    public static final class WorkerForgotten extends RegistrationRefused {

        private static final long serialVersionUID = 1L;

        WorkerForgotten(String message) {
            super(message);
        }
    }

    /** The processes of this host. */
    @FunctionalInterface
    public interface Processes {

        /** Whether the process with this pid and start time still exists. Pids are reused. */
        boolean lives(long pid, Instant startedAt);
    }

    private record Known(
            String state,
            String bootId,
            long lockDevice,
            long lockInode,
            long pid,
            Instant pidStartedAt,
            String engineId,
            @Nullable Double silentSeconds,
            CrashSuspects.Former former) {}

    /**
     * Makes this process the worker. If it holds the lock on the same file in the same boot as the previous process, that process has ended,
     * so this succeeds at once. For other cases see docs/lifecycle.md.
     *
     * @throws RegistrationRefused if another process may still be this worker, or the name is taken
     */
    public Registered register(Registration self, Processes processes) {
        return database.inTransaction(() -> {
            // A new worker does not have a row to lock.
            KeyLocks.take(sql, List.of("worker named " + self.name(), "worker " + self.id()));
            refuseTakenName(self);
            Known known = lockKnown(self.id());
            if (known != null) {
                refuseForgotten(self, known);
                refuseLiving(self, known, processes);
            }
            UUID incarnation = UUID.randomUUID();
            write(self, incarnation);
            if (known != null && !known.bootId().equals(self.bootId())) {
                markRebooted(self.id());
            } else if (known != null) {
                new CrashSuspects(database).conclude(self.id(), known.former());
            }
            List<String> refused = offerDevices(self.id(), self.devices());
            stayLost(self.id());
            event(
                    self.id(),
                    "worker.registered",
                    Map.of("incarnation", incarnation, "devices", self.devices().size()));
            Notifications.send(sql, Notifications.PLAN);
            return new Registered(new Incarnation(self.id(), incarnation), refused);
        });
    }

    /**
     * {@code draining}: ACTIVE→DRAINING. The worker gets no new attempts, and its current ones continue. Repeating it changes nothing. The
     * worker repeats it until it is done, because it may have been lost and have returned in the meantime.
     */
    public void draining(Incarnation me) {
        database.inTransaction(() -> {
            // Waits for a placement in progress. The next placement sees the new state.
            int changed = sql.sql("""
                    update trainyard.worker set state = 'DRAINING'
                    where id = :worker and incarnation = :incarnation and state = 'ACTIVE'""")
                    .param("worker", me.worker().value())
                    .param("incarnation", me.id())
                    .update();
            if (changed == 1) {
                event(me.worker(), "worker.draining", Map.of("incarnation", me.id()));
                Notifications.send(sql, Notifications.PLAN);
            }
        });
    }

    /**
     * {@code stopped}: the process reports that it ends, ACTIVE or DRAINING→STOPPED. The worker gets no new attempts until it registers
     * again. It keeps its attempts.
     *
     * @return false, without a change, if another incarnation is the worker
     */
    public boolean stopped(Incarnation me) {
        return database.inTransaction(() -> {
            // Also for a LOST worker, which remains LOST.
            sql.sql(
                            "update trainyard.worker set let_go = incarnation where id = :worker and incarnation = :incarnation")
                    .param("worker", me.worker().value())
                    .param("incarnation", me.id())
                    .update();
            // Waits for a placement in progress. The next placement sees the new state.
            int changed = sql.sql("""
                    update trainyard.worker set state = 'STOPPED'
                    where id = :worker and incarnation = :incarnation and state in ('ACTIVE', 'DRAINING')""")
                    .param("worker", me.worker().value())
                    .param("incarnation", me.id())
                    .update();
            if (changed == 0) {
                return false;
            }
            event(me.worker(), "worker.stopped", Map.of("incarnation", me.id()));
            Notifications.send(sql, Notifications.PLAN);
            return true;
        });
    }

    /** Whether this worker has attempts that have not ended or still hold reservations. False for an unknown worker. */
    public boolean hasAttempts(WorkerId worker) {
        return sql.sql("""
                select exists (select from trainyard.attempt where worker_id = :worker and state <> 'ENDED')
                    or exists (select from trainyard.reservation where worker_id = :worker and released_at is null)""").param("worker", worker.value()).query(Boolean.class).single();
    }

    private void refuseTakenName(Registration self) {
        sql.sql("""
                select w.host from trainyard.worker w join trainyard.worker_lease l on l.worker_id = w.id
                where w.name = :name and w.id <> :id and w.state not in ('FORGOTTEN', 'STOPPED')
                  and l.renewed_at > clock_timestamp() - interval '30 seconds'
                order by l.renewed_at desc limit 1""")
                .param("name", self.name())
                .param("id", self.id().value())
                .query(String.class)
                .optional()
                .ifPresent(host -> {
                    throw new RegistrationRefused(
                            "a worker named '%s' is running on host %s. Start this one with another --name."
                                    .formatted(self.name(), host));
                });
    }

    private @Nullable Known lockKnown(WorkerId id) {
        sql.sql("select id from trainyard.worker where id = :id for update")
                .param("id", id.value())
                .query(UUID.class)
                .list();
        return sql.sql("""
                select w.state, w.boot_id, w.lock_device, w.lock_inode, w.pid, w.pid_started_at, w.engine_id,
                       extract(epoch from clock_timestamp() - l.renewed_at)::float8 as silent_seconds,
                       w.incarnation, coalesce(w.let_go = w.incarnation, false) as let_go, l.renewed_at
                from trainyard.worker w left join trainyard.worker_lease l on l.worker_id = w.id
                where w.id = :id""")
                .param("id", id.value())
                .query((row, n) -> new Known(
                        row.getString("state"),
                        row.getString("boot_id"),
                        row.getLong("lock_device"),
                        row.getLong("lock_inode"),
                        row.getLong("pid"),
                        row.getTimestamp("pid_started_at").toInstant(),
                        row.getString("engine_id"),
                        (Double) row.getObject("silent_seconds"),
                        new CrashSuspects.Former(
                                row.getObject("incarnation", UUID.class),
                                row.getBoolean("let_go"),
                                row.getObject("renewed_at", OffsetDateTime.class))))
                .optional()
                .orElse(null);
    }

    private void refuseForgotten(Registration self, Known known) {
        if (known.state().equals("FORGOTTEN")) {
            throw new WorkerForgotten(
                    "worker %s was declared dead and forgotten. Remove its state directory to start as a new worker."
                            .formatted(self.id()));
        }
    }

    /** The id of the installation. A label on containers contains it. */
    public UUID installation() {
        return sql.sql("select id from trainyard.installation")
                .query(UUID.class)
                .single();
    }

    private static void refuseLiving(Registration self, Known known, Processes processes) {
        if (!known.engineId().equals(self.engineId())) {
            throw new RegistrationRefused(
                    "the state directory belongs to a worker of another container engine (%s, here %s). Another host needs a state directory of its own; end the old worker with: trainyard workers forget %s"
                            .formatted(known.engineId(), self.engineId(), self.name()));
        }
        boolean sameBoot = known.bootId().equals(self.bootId());
        boolean sameLock = known.lockDevice() == self.lockDevice() && known.lockInode() == self.lockInode();
        if (sameBoot && sameLock) {
            return;
        }
        if (sameBoot && processes.lives(known.pid(), known.pidStartedAt())) {
            throw new RegistrationRefused(
                    "process %d is this worker, started from another copy of its state directory. Stop it, or start this one with a state directory of its own."
                            .formatted(known.pid()));
        }
        Double silent = known.silentSeconds();
        if (!sameBoot && !known.state().equals("STOPPED") && silent != null && silent < 30) {
            throw new RegistrationRefused(
                    "worker %s was heard of %d seconds ago from another boot of this host. If that is over, this works after 30 seconds of silence."
                            .formatted(self.id(), Math.round(silent)));
        }
    }

    private void write(Registration self, UUID incarnation) {
        sql.sql("""
                insert into trainyard.worker (id, name, host, state, incarnation, boot_id, lock_device, lock_inode, pid,
                    pid_started_at, engine_id, cpus, memory_bytes, run_slots, outputs_root, own_folders, version, fetches_images, heeds_pull)
                values (:id, :name, :host, 'ACTIVE', :incarnation, :bootId, :lockDevice, :lockInode, :pid,
                    :pidStartedAt, :engineId, :cpus, :memory, :slots, :outputsRoot, :ownFolders::text[], :version, :fetches, :fetches)
                on conflict (id) do update set
                    name = excluded.name, host = excluded.host, state = 'ACTIVE', incarnation = excluded.incarnation,
                    boot_id = excluded.boot_id, lock_device = excluded.lock_device, lock_inode = excluded.lock_inode,
                    pid = excluded.pid, pid_started_at = excluded.pid_started_at, engine_id = excluded.engine_id,
                    cpus = excluded.cpus, memory_bytes = excluded.memory_bytes, run_slots = excluded.run_slots,
                    outputs_root = excluded.outputs_root, own_folders = excluded.own_folders, version = excluded.version, fetches_images = excluded.fetches_images,
                    heeds_pull = excluded.heeds_pull,
                    unfit_because = null,
                    registered_at = clock_timestamp()""")
                .param("id", self.id().value())
                .param("name", self.name())
                .param("host", self.host())
                .param("incarnation", incarnation)
                .param("bootId", self.bootId())
                .param("lockDevice", self.lockDevice())
                .param("lockInode", self.lockInode())
                .param("pid", self.pid())
                .param("pidStartedAt", self.pidStartedAt().atOffset(ZoneOffset.UTC))
                .param("engineId", self.engineId())
                .param("cpus", self.cpus())
                .param("memory", self.memoryBytes())
                .param("slots", self.runSlots())
                .param("outputsRoot", self.outputsRoot())
                .param("ownFolders", self.ownFolders().toArray(String[]::new))
                .param("version", self.version())
                .param("fetches", self.fetchesImages())
                .update();
        sql.sql("""
                insert into trainyard.worker_lease (worker_id, incarnation, renewed_at) values (:id, :incarnation, clock_timestamp())
                on conflict (worker_id) do update set incarnation = excluded.incarnation, renewed_at = excluded.renewed_at""")
                .param("id", self.id().value())
                .param("incarnation", incarnation)
                .update();
    }

    /** The folders of all workers on this worker's host, and the attempts that may still write there. */
    public HostUse hostUse(Incarnation me) {
        List<String> folders = sql.sql("""
                select distinct unnest(w.own_folders || w.outputs_root) from trainyard.worker w
                where w.boot_id = (select boot_id from trainyard.worker where id = :me)""")
                .param("me", me.worker().value())
                .query((row, n) -> row.getString(1))
                .list();
        List<HostUse.Writer> writers = sql.sql("""
                select a.id, a.job_id, a.number, a.state, a.outputs_location
                from trainyard.attempt a join trainyard.worker w on w.id = a.worker_id
                where w.boot_id = (select boot_id from trainyard.worker where id = :me)
                  and (a.state <> 'ENDED' or exists (
                      select from trainyard.reservation r where r.attempt_id = a.id and r.released_at is null))
                order by a.begun_at, a.id""")
                .param("me", me.worker().value())
                .query((row, n) -> new HostUse.Writer(
                        new AttemptId(row.getObject("id", UUID.class)),
                        new JobId(row.getObject("job_id", UUID.class)),
                        row.getInt("number"),
                        AttemptState.valueOf(row.getString("state")),
                        row.getString("outputs_location")))
                .list();
        return new HostUse(folders, writers);
    }

    /** A restart of the host ended all running containers, no matter which exit codes they have. */
    private void markRebooted(WorkerId worker) {
        sql.sql("""
                update trainyard.attempt set engine_lost = true
                where worker_id = :worker and (state = 'RUNNING' or state = 'ENDED' and lost_in = 'RUNNING' and exists (
                    select from trainyard.reservation r where r.attempt_id = attempt.id and r.released_at is null))""").param("worker", worker.value()).update();
    }

    /**
     * {@code observed}: updates the devices of the host. A failed device gets no new attempts; those that run on it continue. A new device is
     * offered, and a missing one is no longer offered.
     *
     * @throws Replaced if another incarnation is the worker
     */
    public void observed(Incarnation me, List<OfferedDevice> devices) {
        AttemptStore.fenced(database, me, () -> {
            Map<String, String> before = failures(me.worker());
            offerDevices(me.worker(), devices);
            Map<String, String> now = failures(me.worker());
            now.forEach((key, because) -> {
                if (!before.containsKey(key)) {
                    event(me.worker(), "device.quarantined", Map.of("device", key, "because", because));
                }
            });
            before.keySet().stream()
                    .filter(key -> !now.containsKey(key))
                    .forEach(key -> event(me.worker(), "device.recovered", Map.of("device", key)));
            if (!before.keySet().equals(now.keySet())) {
                Notifications.send(sql, Notifications.PLAN);
            }
            return true;
        });
    }

    /**
     * {@code unfit}: sets why the host gets no new attempts for now, or null if it can get some again. Current attempts continue. Repeating
     * it changes nothing.
     *
     * @throws Replaced if another incarnation is the worker
     */
    public void unfit(Incarnation me, @Nullable String reason) {
        String because = reason == null ? null : PostgresText.of(reason);
        AttemptStore.fenced(database, me, () -> {
            // Waits for a placement in progress. The next placement sees the change.
            int changed = sql.sql("""
                    update trainyard.worker set unfit_because = :because
                    where id = :worker and unfit_because is distinct from :because""")
                    .param("worker", me.worker().value())
                    .param("because", because, Types.VARCHAR)
                    .update();
            if (changed == 1) {
                if (because == null) {
                    event(me.worker(), "worker.fit", Map.of());
                } else {
                    event(me.worker(), "worker.unfit", Map.of("because", because));
                }
                Notifications.send(sql, Notifications.PLAN);
            }
            return true;
        });
    }

    /** The errors of devices, by key. */
    private Map<String, String> failures(WorkerId worker) {
        Map<String, String> failures = new LinkedHashMap<>();
        sql.sql("""
                select key, unhealthy_because from trainyard.device
                where worker_id = :worker and offered and unhealthy_because is not null order by key""").param("worker", worker.value()).query(row -> {
            failures.put(row.getString("key"), row.getString("unhealthy_because"));
        });
        return failures;
    }

    /** The host remains LOST until its lost attempts are settled: see {@link LostHosts#returned}. */
    private void stayLost(WorkerId worker) {
        sql.sql("update trainyard.worker w set state = 'LOST' where w.id = :worker and exists (%s)"
                        .formatted(LostHosts.UNSETTLED))
                .param("worker", worker.value())
                .update();
    }

    /** A device belongs to the worker that registered it first, until that worker is forgotten or no longer offers it. */
    private List<String> offerDevices(WorkerId worker, List<OfferedDevice> devices) {
        String[] keys = devices.stream().map(OfferedDevice::key).toArray(String[]::new);
        // In order of keys, as below: two workers of one host may list the same devices in different orders.
        sql.sql("""
                select key from trainyard.device where worker_id = :worker or key = any(:keys) order by key for update""")
                .param("worker", worker.value())
                .param("keys", keys)
                .query(String.class)
                .list();
        sql.sql("""
                update trainyard.device set offered = false, changed_at = clock_timestamp()
                where worker_id = :worker and offered and not key = any(:keys)""").param("worker", worker.value()).param("keys", keys).update();
        return devices.stream()
                .sorted(Comparator.comparing(OfferedDevice::key))
                .filter(device -> offer(worker, device) == 0)
                .map(OfferedDevice::key)
                .toList();
    }

    private int offer(WorkerId worker, OfferedDevice device) {
        return sql.sql("""
                insert into trainyard.device (key, worker_id, index, kind, type, memory_bytes, unhealthy_because, offered)
                values (:key, :worker, :index, :kind, :type, :memory, :unhealthy, true)
                on conflict (key) do update set
                    worker_id = excluded.worker_id, index = excluded.index, kind = excluded.kind, type = excluded.type,
                    memory_bytes = excluded.memory_bytes, unhealthy_because = excluded.unhealthy_because, offered = true,
                    changed_at = clock_timestamp()
                where device.worker_id = excluded.worker_id or not device.offered
                   or exists (select from trainyard.worker w where w.id = device.worker_id and w.state = 'FORGOTTEN')""")
                .param("key", device.key())
                .param("worker", worker.value())
                .param("index", device.index())
                .param("kind", device.kind())
                .param("type", device.type())
                .param("memory", device.memoryBytes(), Types.BIGINT)
                .param("unhealthy", device.unhealthyBecause(), Types.VARCHAR)
                .update();
    }

    private void event(WorkerId worker, String type, Map<String, ?> data) {
        event(sql, worker, type, data);
    }

    static void event(JdbcClient sql, WorkerId worker, String type, Map<String, ?> data) {
        sql.sql("insert into trainyard.host_event (worker_id, type, data) values (:worker, :type, :data::jsonb)")
                .param("worker", worker.value())
                .param("type", type)
                .param("data", Json.object(data))
                .update();
    }

    /**
     * The lease of one incarnation, over a separate connection, so that it can be renewed while the pool is busy. It does not wait for
     * locks.
     */
    public Lease lease(Incarnation me) {
        return new Lease(database, me);
    }

    /** Not thread-safe. */
    public static final class Lease implements AutoCloseable {

        /** After a failover the old server may not answer. The next call then connects to the new one. */
        private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

        private final Database database;
        private final Incarnation me;
        private @Nullable Connection connection;

        private Lease(Database database, Incarnation me) {
            this.database = database;
            this.me = me;
        }

        /**
         * {@code renew}.
         *
         * @throws Replaced if another incarnation holds the lease
         * @throws SQLException if the database does not answer; the next call reconnects
         */
        public void renew() throws SQLException {
            try {
                if (connection == null) {
                    connection = database.dedicatedConnection();
                    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(ANSWER_WITHIN.toMillis()));
                }
                try (PreparedStatement renew = connection.prepareStatement("""
                        update trainyard.worker_lease set renewed_at = clock_timestamp()
                        where worker_id = ? and incarnation = ? returning renewed_at""")) {
                    renew.setObject(1, me.worker().value());
                    renew.setObject(2, me.id());
                    try (ResultSet renewed = renew.executeQuery()) {
                        if (!renewed.next()) {
                            throw new Replaced(me);
                        }
                    }
                }
            } catch (SQLException e) {
                close();
                throw e;
            }
        }

        @Override
        public void close() throws SQLException {
            Connection open = connection;
            connection = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
