package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A worker on a host of 16 CPUs and 64 GiB of which only what a test is about is said. */
final class AWorker {

    static final long GIB = 1L << 30;
    static final Instant PROCESS_STARTED = Instant.parse("2026-01-01T00:00:00Z");

    private WorkerId id = new WorkerId(UUID.randomUUID());
    private final String name;
    private String bootId = "boot-1";
    private long lockInode = 7;
    private String engineId = "engine-1";
    private int runSlots = 1;
    private boolean fetching;
    private final List<WorkerStore.OfferedDevice> devices = new ArrayList<>();

    private AWorker(String name) {
        this.name = name;
    }

    static AWorker named(String name) {
        return new AWorker(name);
    }

    AWorker id(WorkerId id) {
        this.id = id;
        return this;
    }

    AWorker boot(String bootId) {
        this.bootId = bootId;
        return this;
    }

    AWorker lockInode(long inode) {
        this.lockInode = inode;
        return this;
    }

    AWorker engine(String engineId) {
        this.engineId = engineId;
        return this;
    }

    AWorker slots(int runSlots) {
        this.runSlots = runSlots;
        return this;
    }

    /** With so many GPUs named {@code <name>-gpu-0} and on, and as many run slots. */
    AWorker gpus(int count) {
        for (int index = 0; index < count; index++) {
            device(name + "-gpu-" + index, index, "GPU");
        }
        return slots(Math.max(count, 1));
    }

    AWorker device(String key, int index, String kind) {
        devices.add(new WorkerStore.OfferedDevice(
                key,
                index,
                kind,
                kind.equals("SLOT") ? "slot" : "NVIDIA A100",
                kind.equals("SLOT") ? null : 40 * GIB,
                null));
        return this;
    }

    AWorker withoutDevices() {
        devices.clear();
        return this;
    }

    /** It fetches images; without this it is one of an earlier release. */
    AWorker fetching() {
        fetching = true;
        return this;
    }

    WorkerId id() {
        return id;
    }

    WorkerStore.Registration registration() {
        return new WorkerStore.Registration(
                id,
                name,
                name + ".example",
                bootId,
                1,
                lockInode,
                4711,
                PROCESS_STARTED,
                engineId,
                BigDecimal.valueOf(16),
                64 * GIB,
                runSlots,
                "/srv/outputs",
                List.of("/srv/state"),
                "0.1.0",
                fetching,
                List.copyOf(devices));
    }
}
