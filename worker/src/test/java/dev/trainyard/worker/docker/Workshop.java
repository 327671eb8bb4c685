package dev.trainyard.worker.docker;

import static dev.trainyard.worker.engine.ContainerSpecs.DEFAULT_LOG_BUDGET;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.AttemptRef;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpec;
import dev.trainyard.worker.engine.ContainerSpecs;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.OwnContainer;
import dev.trainyard.worker.engine.Owner;
import dev.trainyard.worker.engine.RequestBuilder;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The real engine with an owner of a test's own: what the test creates is found by its labels and removed in the end,
 * nothing else is touched. Needs an engine with the image {@code busybox:latest}.
 */
public final class Workshop implements AutoCloseable {

    public static final String IMAGE = "busybox:latest";

    private final DockerEngine engine;
    private final Owner owner = new Owner(UUID.randomUUID(), new WorkerId(UUID.randomUUID()));
    private final TemporaryFolder outputs = TemporaryFolder.create("trainyard-test-outputs");

    public static Workshop open() {
        return new Workshop(DockerEngine.fromEnvironment(System.getenv()));
    }

    /** Another engine than the host's, such as {@link StandInGpuEngine}. */
    public static Workshop at(DockerEngine engine) {
        return new Workshop(engine);
    }

    private Workshop(DockerEngine engine) {
        this.engine = engine;
        try {
            engine.ping();
        } catch (EngineSilent e) {
            throw new IllegalStateException("these tests need a running Docker engine (dockerd) and image " + IMAGE, e);
        }
        if (engine.images().inspect(IMAGE).isEmpty()) {
            throw new IllegalStateException(
                    "these tests need the image %s; make it as the README says".formatted(IMAGE));
        }
    }

    public DockerEngine engine() {
        return engine;
    }

    public Containers containers() {
        return engine.containers();
    }

    public Owner owner() {
        return owner;
    }

    public Path outputs() {
        return outputs.path();
    }

    public ContainerSpec spec(RequestBuilder request, ReservedDevice... devices) {
        return spec(request, DEFAULT_LOG_BUDGET, devices);
    }

    public ContainerSpec spec(RequestBuilder request, DataSize logBudget, ReservedDevice... devices) {
        AttemptRef attempt = new AttemptRef(AttemptId.random(), 1);
        return ContainerSpecs.of(owner, attempt, request.build(), List.of(devices), IMAGE, outputs.path(), logBudget);
    }

    /** As a worker makes it: a location that the request names is mounted, else the workshop's own folder. */
    public ContainerId create(Request.Submit request, List<ReservedDevice> devices) {
        String location = request.run().outputs().location();
        return containers()
                .create(ContainerSpecs.of(
                        owner,
                        new AttemptRef(AttemptId.random(), 1),
                        request,
                        devices,
                        IMAGE,
                        location == null ? outputs.path() : Path.of(location),
                        DEFAULT_LOG_BUDGET));
    }

    public ContainerId create(RequestBuilder request, ReservedDevice... devices) {
        return containers().create(spec(request, devices));
    }

    public ContainerId start(RequestBuilder request, ReservedDevice... devices) {
        ContainerId id = create(request, devices);
        containers().start(id);
        return id;
    }

    @Override
    public void close() throws IOException {
        for (OwnContainer container : containers().list(owner)) {
            containers().signal(container.id(), "SIGKILL");
            awaitEnd(container);
            containers().remove(container.id());
        }
        engine.close();
        outputs.close();
    }

    private void awaitEnd(OwnContainer container) {
        if (container.state() == State.RUNNING) {
            try {
                containers().await(container.id());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
