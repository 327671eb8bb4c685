package dev.trainyard.worker.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import dev.trainyard.core.lifecycle.EndRecord;
import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What can be done with containers. Each operation may be repeated: it then finds its work done. */
public final class Containers {

    private static final int CONFLICT = 409;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Connection connection;
    private final Logs logs;

    Containers(Connection connection) {
        this.connection = connection;
        this.logs = new Logs(connection, this);
    }

    /**
     * Creates the container, or finds the one that an earlier call for the same attempt has created.
     *
     * @throws EngineRefused see {@link StartProblem#of}; also if the name belongs to a container of something else
     */
    public ContainerId create(ContainerSpec spec) {
        try {
            return connection.act(docker ->
                    new ContainerId(CreateCommand.of(docker, spec).exec().getId()));
        } catch (EngineRefused refused) {
            if (refused.status() != CONFLICT) {
                throw refused;
            }
            return inspect(spec.name())
                    .filter(existing -> isOfSameAttempt(existing.labels(), spec.labels()))
                    .map(ContainerStatus::id)
                    .orElseThrow(() -> refused);
        }
    }

    /**
     * Starts a created container; one that runs or has exited already is left as it is.
     *
     * @throws EngineRefused see {@link StartProblem#of}
     */
    public void start(ContainerId id) {
        // Started again, an exited container would run a second time.
        if (inspect(id).filter(status -> status.startedAt() != null).isEmpty()) {
            connection.act(docker -> start(docker, id));
        }
    }

    /** Empty: there is no such container. */
    public Optional<ContainerStatus> inspect(ContainerId id) {
        return inspect(id.value());
    }

    /** Finds a container by its name, where the id was lost. */
    public Optional<ContainerStatus> inspect(String name) {
        return connection.ask(docker -> {
            try {
                return Optional.of(Statuses.of(docker.inspectContainerCmd(name).exec()));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    /**
     * Waits until a started container has exited.
     *
     * @throws EngineSilent if the engine went away under the wait, or does not answer: whether the container still runs is not known. An
     *     engine that stops may break the wait off or answer it with 0, but then refuses connections (seen on 20.10)
     */
    public Exit await(ContainerId id) throws InterruptedException {
        Request wait = Request.builder()
                .method(Request.Method.POST)
                .path("/containers/%s/wait".formatted(id))
                .build();
        boolean broken = false;
        while (true) {
            Optional<ContainerStatus> status = broken ? inspectAfterBreak(id) : inspect(id);
            if (status.isEmpty()) {
                return new Exit.Gone();
            }
            switch (status.get().state()) {
                case EXITED -> {
                    return new Exit.Exited(status.get());
                }
                case CREATED -> throw new IllegalStateException("container %s was never started".formatted(id));
                case RUNNING -> {
                    awaitAnything(wait);
                    broken = true;
                }
            }
        }
    }

    /** Behind a socket that is kept for it (systemd's), an engine that restarts is not refused, but waited for. */
    private Optional<ContainerStatus> inspectAfterBreak(ContainerId id) {
        try {
            return inspect(id);
        } catch (EngineSilent e) {
            throw e.timedOut() ? new EngineSilent(String.valueOf(e.getMessage()), EngineSilent.How.BROKEN, e) : e;
        }
    }

    /** What the engine has recorded of the end of a container that has exited. */
    public EndRecord endOf(ContainerStatus exited) throws InterruptedException {
        return EndEvents.read(connection, exited);
    }

    /** @param signal such as {@code SIGTERM} */
    public Delivery signal(ContainerId id, String signal) {
        return connection.act(docker -> {
            try {
                docker.killContainerCmd(id.value()).withSignal(signal).exec();
                return Delivery.DELIVERED;
            } catch (ConflictException e) {
                return Delivery.NOT_RUNNING;
            } catch (NotFoundException e) {
                return Delivery.GONE;
            }
        });
    }

    /**
     * Ends a container with its own stop signal, KILL when the grace period is over, and removes it; one that does not run is just
     * removed.
     *
     * @param grace some seconds: the call takes as long
     */
    public void end(ContainerId id, Duration grace) {
        connection.act(docker -> {
            try {
                docker.stopContainerCmd(id.value())
                        .withTimeout(Math.toIntExact(grace.toSeconds()))
                        .exec();
            } catch (NotModifiedException | NotFoundException e) {
                // It did not run.
            }
            return id;
        });
        remove(id);
    }

    /**
     * Removes a container that does not run, and its anonymous volumes as {@code docker run --rm} does.
     *
     * @throws EngineRefused (409) if it runs
     */
    public void remove(ContainerId id) {
        connection.act(docker -> {
            try {
                docker.removeContainerCmd(id.value()).withRemoveVolumes(true).exec();
            } catch (NotFoundException e) {
                // Removed already: that is what was asked.
            }
            return id;
        });
    }

    /** Whether containers outlive a restart of the engine, as it is configured now. */
    public boolean outliveTheEngine() {
        return connection.ask(docker ->
                Boolean.TRUE.equals(docker.infoCmd().exec().getRawValues().get("LiveRestoreEnabled")));
    }

    /** All containers of this worker, in whatever state. */
    public List<OwnContainer> list(Owner owner) {
        return connection.ask(docker ->
                docker.listContainersCmd().withShowAll(true).withLabelFilter(Labels.ownedBy(owner)).exec().stream()
                        .map(Containers::own)
                        .toList());
    }

    /**
     * Reads the container's log from a point on, and goes on reading until the container has exited and its log is
     * drained. A container that is gone has no log.
     *
     * @param after what came last, as an earlier reading said; null: from the beginning
     * @param sink called in the calling thread, in the log's order; nothing twice
     * @throws EngineSilent if the engine went away: call again with the last point
     */
    public void follow(ContainerId id, @Nullable LogPoint after, Consumer<LogEntry> sink) throws InterruptedException {
        logs.follow(id, after, sink);
    }

    /**
     * Writes the log as the engine has it: both streams in their order, without timestamps.
     *
     * @param budget nothing is written beyond
     */
    public LogFile writeLog(ContainerId id, OutputStream out, DataSize budget)
            throws IOException, InterruptedException {
        return logs.write(id, out, budget);
    }

    private void awaitAnything(Request wait) throws InterruptedException {
        try {
            connection.stream(wait, stream -> stream.transferTo(OutputStream.nullOutputStream()));
        } catch (EngineRefused e) {
            // Removed meanwhile: what is true, inspect says.
            Thread.sleep(PAUSE);
        }
    }

    private static boolean start(DockerClient docker, ContainerId id) {
        try {
            docker.startContainerCmd(id.value()).exec();
            return true;
        } catch (NotModifiedException e) {
            return false;
        }
    }

    private static boolean isOfSameAttempt(Map<String, String> existing, Map<String, String> asked) {
        return List.of(Labels.INSTALLATION, Labels.WORKER, Labels.ATTEMPT).stream()
                .allMatch(label -> Objects.equals(asked.get(label), existing.get(label)));
    }

    private static OwnContainer own(Container container) {
        Map<String, String> labels = container.getLabels();
        return new OwnContainer(
                new ContainerId(container.getId()),
                container.getNames()[0].replaceFirst("^/", ""),
                Statuses.state(container.getState()),
                Labels.job(labels),
                Labels.attempt(labels),
                Labels.devices(labels),
                Instant.ofEpochSecond(container.getCreated()));
    }
}
