package dev.trainyard.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import dev.trainyard.core.lifecycle.EndRecord;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpec;
import dev.trainyard.worker.engine.ContainerSpecs;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.Delivery;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.Labels;
import dev.trainyard.worker.engine.LogEntry;
import dev.trainyard.worker.engine.LogFile;
import dev.trainyard.worker.engine.LogPoint;
import dev.trainyard.worker.engine.OwnContainer;
import dev.trainyard.worker.engine.Owner;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Operations on containers. All of them are idempotent. */
final class DockerContainers implements Containers {

    private static final int CONFLICT = 409;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Connection connection;
    private final Logs logs;

    DockerContainers(Connection connection) {
        this.connection = connection;
        this.logs = new Logs(connection, this);
    }

    @Override
    public ContainerId create(ContainerSpec spec) {
        try {
            return connection.act(docker ->
                    new ContainerId(CreateCommand.of(docker, spec).exec().getId()));
        } catch (EngineRefused refused) {
            if (refused.status() != CONFLICT) {
                throw EngineErrors.startRefused(refused);
            }
            return inspect(spec.name())
                    .filter(existing -> isOfSameAttempt(existing.labels(), spec.labels()))
                    .map(ContainerStatus::id)
                    .orElseThrow(() -> EngineErrors.startRefused(refused));
        }
    }

    @Override
    public void start(ContainerId id) {
        // A start of an exited container would run it a second time.
        if (inspect(id).filter(status -> status.startedAt() != null).isEmpty()) {
            try {
                connection.act(docker -> start(docker, id));
            } catch (EngineRefused refused) {
                throw EngineErrors.startRefused(refused);
            }
        }
    }

    @Override
    public Optional<ContainerStatus> inspect(ContainerId id) {
        return inspect(id.value());
    }

    @Override
    public Optional<ContainerStatus> inspect(String name) {
        return connection.ask(docker -> {
            try {
                return Optional.of(ContainerStatusReader.of(
                        docker.inspectContainerCmd(name).exec()));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    /** An engine that is stopping may break the wait off, or answer with exit code 0. After that it refuses connections (seen on 20.10). */
    @Override
    public void await(ContainerId id) throws InterruptedException {
        Request wait = Request.builder()
                .method(Request.Method.POST)
                .path("/containers/%s/wait".formatted(id))
                .build();
        boolean broken = false;
        while (true) {
            Optional<ContainerStatus> status = broken ? inspectAfterBreak(id) : inspect(id);
            if (status.isEmpty()) {
                return;
            }
            switch (status.get().state()) {
                case EXITED -> {
                    return;
                }
                case CREATED -> throw new IllegalStateException("container %s was never started".formatted(id));
                case RUNNING -> {
                    awaitAnything(wait);
                    broken = true;
                }
            }
        }
    }

    /** With socket activation (systemd), connections wait for an engine that restarts instead of being refused. */
    private Optional<ContainerStatus> inspectAfterBreak(ContainerId id) {
        try {
            return inspect(id);
        } catch (EngineSilent e) {
            throw e.timedOut() ? new EngineSilent(String.valueOf(e.getMessage()), EngineSilent.How.BROKEN, e) : e;
        }
    }

    @Override
    public EndRecord endOf(ContainerStatus exited) throws InterruptedException {
        return EndEvents.read(connection, exited);
    }

    @Override
    public Delivery signal(ContainerId id, String signal) {
        return connection.act(docker -> {
            try {
                docker.killContainerCmd(id.value()).withSignal(signal).exec();
                return Delivery.DELIVERED;
            } catch (ConflictException e) {
                return Delivery.NOT_RUNNING;
            } catch (NotFoundException e) {
                return Delivery.GONE;
            } catch (BadRequestException | InternalServerErrorException e) {
                return Delivery.REFUSED;
            }
        });
    }

    @Override
    public void end(ContainerId id, Duration grace) {
        connection.act(docker -> {
            try {
                docker.stopContainerCmd(id.value())
                        .withTimeout(Math.toIntExact(grace.toSeconds()))
                        .exec();
            } catch (NotModifiedException | NotFoundException e) {
                // The container did not run.
            }
            return id;
        });
        remove(id);
    }

    @Override
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

    @Override
    public boolean outliveTheEngine() {
        return connection.ask(docker ->
                Boolean.TRUE.equals(docker.infoCmd().exec().getRawValues().get("LiveRestoreEnabled")));
    }

    @Override
    public List<OwnContainer> list(Owner owner) {
        return connection.ask(docker ->
                docker.listContainersCmd().withShowAll(true).withLabelFilter(Labels.ownedBy(owner)).exec().stream()
                        .map(DockerContainers::own)
                        .filter(own -> own.attempt() != null && ContainerSpecs.isNameOf(own.name(), own.attempt()))
                        .toList());
    }

    @Override
    public void follow(ContainerId id, @Nullable LogPoint after, Consumer<LogEntry> sink) throws InterruptedException {
        logs.follow(id, after, sink);
    }

    @Override
    public LogFile writeLog(ContainerId id, OutputStream out, DataSize budget)
            throws IOException, InterruptedException {
        return logs.write(id, out, budget);
    }

    private void awaitAnything(Request wait) throws InterruptedException {
        try {
            connection.stream(wait, stream -> stream.transferTo(OutputStream.nullOutputStream()));
        } catch (EngineRefused e) {
            // Removed in the meantime: inspect returns the current state.
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
                ContainerStatusReader.state(container.getState()),
                Labels.attempt(labels),
                Labels.devices(labels));
    }
}
