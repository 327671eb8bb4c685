package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.EndRecord;
import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Operations on containers. All of them are idempotent. */
public interface Containers {

    /**
     * Creates the container, or returns the one that an earlier call for the same attempt created.
     *
     * @throws StartRefused also if a container of another program has the name
     */
    ContainerId create(ContainerSpec spec);

    /**
     * Starts a created container. Does nothing if it runs or has exited.
     *
     * @throws StartRefused if the engine refuses; the container remains CREATED
     */
    void start(ContainerId id);

    /** Empty if there is no such container. */
    Optional<ContainerStatus> inspect(ContainerId id);

    /** Finds a container by its name if the id is unknown. */
    Optional<ContainerStatus> inspect(String name);

    /**
     * Waits until a started container has exited or was removed; {@link #inspect} tells which.
     *
     * @throws EngineSilent if the engine stopped during the wait, or does not answer: then it is unknown whether the container runs
     */
    void await(ContainerId id) throws InterruptedException;

    /** The engine's record of the end of an exited container. */
    EndRecord endOf(ContainerStatus exited) throws InterruptedException;

    /** @param signal for example {@code SIGTERM} */
    Delivery signal(ContainerId id, String signal);

    /**
     * Stops a container with its own stop signal, and with SIGKILL after the grace period, then removes it. If it does not run, it is only
     * removed.
     *
     * @param grace a few seconds, because the call can take this long
     */
    void end(ContainerId id, Duration grace);

    /**
     * Removes a container that does not run, and its anonymous volumes, as {@code docker run --rm} does.
     *
     * @throws EngineRefused (409) if it runs
     */
    void remove(ContainerId id);

    /** Whether containers survive a restart of the engine in its current configuration. */
    boolean outliveTheEngine();

    /** All containers of this worker, in any state. */
    List<OwnContainer> list(Owner owner);

    /**
     * Reads the container's log from a point until the container has exited and all of its log is read. A removed container has an
     * empty log.
     *
     * @param after the last point of an earlier call; null to read from the beginning
     * @param sink called in the calling thread, in the order of the log, once per entry
     * @throws EngineSilent if the engine stopped: call again with the last point
     */
    void follow(ContainerId id, @Nullable LogPoint after, Consumer<LogEntry> sink) throws InterruptedException;

    /**
     * Writes the engine's log: both streams in order, without timestamps.
     *
     * @param budget maximum size
     */
    LogFile writeLog(ContainerId id, OutputStream out, DataSize budget) throws IOException, InterruptedException;
}
