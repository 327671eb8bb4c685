package dev.trainyard.worker.attempt;

import dev.trainyard.db.Incarnation;
import dev.trainyard.db.Outage;
import dev.trainyard.db.Replaced;
import dev.trainyard.db.WorkerStore;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.device.DiskRoom;
import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.engine.EngineException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Checks every five seconds whether this host can take new work: whether its engine answers, and whether its disks have room. It records
 * an obstacle in the database, so that the planner places no job here. Running jobs continue.
 */
public final class HostHealth implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HostHealth.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration DISK_WITHIN = Duration.ofSeconds(10);

    private final Engine engine;
    private final List<Path> disks;
    private final WorkerStore workers;
    private final Incarnation me;
    private final Map<Path, FutureTask<Boolean>> looks = new HashMap<>();
    private final Beat beat;

    /** The obstacle that the database has, as far as this process knows. */
    private @Nullable String recorded;

    /** @param disks folders whose file systems need room; they need not exist yet */
    public HostHealth(Engine engine, List<Path> disks, WorkerStore workers, Incarnation me) {
        this.engine = engine;
        this.disks = disks;
        this.workers = workers;
        this.me = me;
        this.beat = new Beat(
                        this::look,
                        Beat.AfterFailure.always(EVERY),
                        Beat.Telling.of(HostHealth::tell, () -> log.info("this host's health is looked at again")),
                        MonotonicClock.SYSTEM)
                .start(Thread.ofVirtual().name("host-health"));
    }

    private Beat.Next look() throws InterruptedException {
        try {
            @Nullable String problem = problem();
            if (!Objects.equals(problem, recorded) && record(problem)) {
                recorded = problem;
            }
            return Beat.Next.in(EVERY);
        } catch (Replaced e) {
            return Beat.Next.OVER;
        }
    }

    private static boolean tell(Exception failure) {
        log.error("this host's health is not looked at, trying every {} s", EVERY.toSeconds(), failure);
        return true;
    }

    private boolean record(@Nullable String problem) {
        try {
            workers.unfit(me, problem);
        } catch (DataAccessException | TransactionException e) {
            if (!Outage.isTransient(e)) {
                throw e;
            }
            return false;
        }
        if (problem == null) {
            log.info("this host takes new work again");
        } else {
            log.warn("nothing new is placed on this host: {}", problem);
        }
        return true;
    }

    /** Contains no figures that change with each check, because each change is an event. */
    private @Nullable String problem() throws InterruptedException {
        try {
            engine.ping();
        } catch (EngineException e) {
            return "the container engine does not answer: " + e.getMessage();
        }
        for (Path disk : disks) {
            Boolean full = isFullIfItSays(disk);
            if (full == null) {
                return "the file system of %s does not answer".formatted(disk);
            }
            if (full) {
                return "less than %d MiB free on the disk of %s: free some, it takes new work again by itself"
                        .formatted(DiskRoom.LEAST.bytes() >> 20, disk);
            }
        }
        return null;
    }

    /** Asks in a thread per disk, which is abandoned if the disk does not answer. Null if it does not answer. */
    private @Nullable Boolean isFullIfItSays(Path disk) throws InterruptedException {
        FutureTask<Boolean> look = looks.get(disk);
        if (look == null || look.isDone()) {
            look = new FutureTask<>(() -> DiskRoom.isFull(disk));
            looks.put(disk, look);
            Thread.ofPlatform().daemon().name("disk-room").start(look);
        }
        try {
            return look.get(DISK_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() throws InterruptedException {
        beat.close();
    }
}
