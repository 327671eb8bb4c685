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

/** What can be done with containers. Each operation may be repeated: it then finds its work done. */
public interface Containers {

    /**
     * Creates the container, or finds the one that an earlier call for the same attempt has created.
     *
     * @throws StartRefused also if the name belongs to a container of something else
     */
    ContainerId create(ContainerSpec spec);

    /**
     * Starts a created container; one that runs or has exited already is left as it is.
     *
     * @throws StartRefused the container stays as it is
     */
    void start(ContainerId id);

    /** Empty: there is no such container. */
    Optional<ContainerStatus> inspect(ContainerId id);

    /** Finds a container by its name, where the id was lost. */
    Optional<ContainerStatus> inspect(String name);

    /**
     * Waits until a started container has exited, or is gone; {@link #inspect} says which.
     *
     * @throws EngineSilent if the engine went away under the wait, or does not answer: whether the container still runs is not known
     */
    void await(ContainerId id) throws InterruptedException;

    /** What the engine has recorded of the end of a container that has exited. */
    EndRecord endOf(ContainerStatus exited) throws InterruptedException;

    /** @param signal such as {@code SIGTERM} */
    Delivery signal(ContainerId id, String signal);

    /**
     * Ends a container with its own stop signal, KILL when the grace period is over, and removes it; one that does not run is just
     * removed.
     *
     * @param grace some seconds: the call takes as long
     */
    void end(ContainerId id, Duration grace);

    /**
     * Removes a container that does not run, and its anonymous volumes as {@code docker run --rm} does.
     *
     * @throws EngineRefused (409) if it runs
     */
    void remove(ContainerId id);

    /** Whether containers outlive a restart of the engine, as it is configured now. */
    boolean outliveTheEngine();

    /** All containers of this worker, in whatever state. */
    List<OwnContainer> list(Owner owner);

    /**
     * Reads the container's log from a point on, and goes on reading until the container has exited and its log is
     * drained. A container that is gone has no log.
     *
     * @param after what came last, as an earlier reading said; null: from the beginning
     * @param sink called in the calling thread, in the log's order; nothing twice
     * @throws EngineSilent if the engine went away: call again with the last point
     */
    void follow(ContainerId id, @Nullable LogPoint after, Consumer<LogEntry> sink) throws InterruptedException;

    /**
     * Writes the log as the engine has it: both streams in their order, without timestamps.
     *
     * @param budget nothing is written beyond
     */
    LogFile writeLog(ContainerId id, OutputStream out, DataSize budget) throws IOException, InterruptedException;
}
