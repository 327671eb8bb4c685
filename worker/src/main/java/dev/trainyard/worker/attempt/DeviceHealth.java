package dev.trainyard.worker.attempt;

import dev.trainyard.db.Attempt;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.Outage;
import dev.trainyard.db.Replaced;
import dev.trainyard.db.WorkerStore;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.device.DeviceProblem;
import dev.trainyard.worker.device.DeviceProvider;
import dev.trainyard.worker.device.OfferedDevice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Checks this host's devices every minute, and after a training on one has failed. It records the result in the database, so that the
 * planner places no job on a failed device.
 */
public final class DeviceHealth implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DeviceHealth.class);
    private static final Duration EVERY = Duration.ofSeconds(60);

    private final DeviceProvider provider;
    private final LeftoverContainers leftovers;
    private final WorkerStore workers;
    private final Incarnation me;
    private final Beat beat;

    public DeviceHealth(DeviceProvider provider, LeftoverContainers leftovers, WorkerStore workers, Incarnation me) {
        this.provider = provider;
        this.leftovers = leftovers;
        this.workers = workers;
        this.me = me;
        this.beat = new Beat(
                        this::watch,
                        Beat.AfterFailure.always(EVERY),
                        Beat.Telling.of(DeviceHealth::tell, () -> log.info("devices are looked at again")),
                        MonotonicClock.SYSTEM)
                .startIn(EVERY, Thread.ofVirtual().name("devices"));
    }

    /** As the database has it. */
    public static WorkerStore.OfferedDevice row(OfferedDevice device) {
        return new WorkerStore.OfferedDevice(
                device.key(),
                device.index(),
                device.kind().name(),
                device.type(),
                device.memory() == null ? null : device.memory().bytes(),
                device.unhealthyBecause());
    }

    private Beat.Next watch() throws DeviceProblem {
        try {
            look();
            return Beat.Next.in(EVERY);
        } catch (Replaced e) {
            return Beat.Next.OVER;
        }
    }

    private static boolean tell(Exception failure) {
        log.warn("devices not looked at, trying every {} s", EVERY.toSeconds(), failure);
        return true;
    }

    /**
     * One check at a time, so that a hanging driver blocks only one thread in the driver.
     *
     * @return the state that the hardware reports
     */
    private synchronized List<OfferedDevice> look() throws DeviceProblem {
        List<OfferedDevice> devices = provider.devices();
        try {
            workers.observed(
                    me,
                    leftovers.marked(devices).stream().map(DeviceHealth::row).toList());
        } catch (DataAccessException | TransactionException e) {
            if (!Outage.isTransient(e)) {
                throw e;
            }
            log.debug("devices looked at, not recorded", e);
        }
        return devices;
    }

    /**
     * The fault of the hardware of an attempt whose container has failed; null if none is known. A failed device is recorded before this
     * returns, so that the next attempt does not get it.
     */
    @Nullable
    String failureOf(List<Attempt.Device> had) {
        List<String> hardware = had.stream()
                .filter(device -> !device.standIn())
                .map(Attempt.Device::key)
                .toList();
        if (hardware.isEmpty()) {
            return null;
        }
        try {
            Map<String, OfferedDevice> now =
                    look().stream().collect(Collectors.toMap(OfferedDevice::key, Function.identity()));
            String failures = hardware.stream()
                    .filter(key -> failure(now.get(key)) != null)
                    .map(key -> "device %s: %s".formatted(key, failure(now.get(key))))
                    .collect(Collectors.joining("; "));
            return failures.isEmpty() ? null : failures;
        } catch (DeviceProblem e) {
            log.warn("devices not looked at error={}", e.getMessage());
            return null;
        }
    }

    private static @Nullable String failure(@Nullable OfferedDevice device) {
        return device == null ? "it is gone" : device.unhealthyBecause();
    }

    @Override
    public void close() throws InterruptedException {
        beat.close();
    }
}
