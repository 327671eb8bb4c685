package dev.trainyard.worker.engine;

import static dev.trainyard.worker.engine.ContainerSpecs.DEFAULT_LOG_BUDGET;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * A real engine with an owner of a test's own: what the test creates is found by its labels and removed in the end,
 * nothing else is touched. Needs an engine with the image {@code busybox:latest}.
 */
public final class Workshop implements AutoCloseable {

    public static final String IMAGE = "busybox:latest";

    private final Engine engine;
    private final Owner owner = new Owner(UUID.randomUUID(), new WorkerId(UUID.randomUUID()));
    private final TemporaryFolder outputs = TemporaryFolder.create("trainyard-test-outputs");

    public Workshop(Engine engine) {
        this.engine = engine;
        try {
            engine.ping();
        } catch (EngineSilent e) {
            throw new IllegalStateException("these tests need a running engine and the image " + IMAGE, e);
        }
        if (engine.images().inspect(IMAGE).isEmpty()) {
            throw new IllegalStateException(
                    "these tests need the image %s; make it as the README says".formatted(IMAGE));
        }
    }

    public Engine engine() {
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
        String location = request.run().storage().outputs().location();
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
