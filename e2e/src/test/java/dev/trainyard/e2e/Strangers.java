package dev.trainyard.e2e;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.HostConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.testcontainers.DockerClientFactory;

/** Containers on a test's engine that are not its installation's, and that nobody may touch. */
final class Strangers implements AutoCloseable {

    private final DockerClient engine = DockerClientFactory.lazyClient();
    private final Map<String, String> startedAt = new LinkedHashMap<>();

    /** One is anybody's; one is another installation's, with all labels that such a container has. */
    Strangers() {
        start(Map.of());
        start(Map.of(
                "dev.trainyard.installation", UUID.randomUUID().toString(),
                "dev.trainyard.worker", UUID.randomUUID().toString(),
                "dev.trainyard.job", UUID.randomUUID().toString(),
                "dev.trainyard.attempt", UUID.randomUUID().toString()));
    }

    private void start(Map<String, String> labels) {
        String id = engine.createContainerCmd("busybox:latest")
                .withCmd("sleep", "86400")
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                .withLabels(labels)
                .exec()
                .getId();
        startedAt.put(id, "");
        engine.startContainerCmd(id).exec();
        startedAt.put(id, state(id));
    }

    Set<String> ids() {
        return startedAt.keySet();
    }

    private String state(String container) {
        try {
            var state = engine.inspectContainerCmd(container).exec().getState();
            return state.getStatus() + " since " + state.getStartedAt();
        } catch (NotFoundException e) {
            return "removed";
        }
    }

    List<String> violations() {
        List<String> violations = new ArrayList<>();
        startedAt.forEach((container, before) -> {
            if (!state(container).equals(before)) {
                violations.add("no stranger's container is touched: %s was %s and is %s"
                        .formatted(container, before, state(container)));
            }
        });
        return violations;
    }

    @Override
    public void close() {
        startedAt.keySet().forEach(container -> {
            try {
                engine.removeContainerCmd(container).withForce(true).exec();
            } catch (NotFoundException e) {
                // Somebody has: that is among the violations.
            }
        });
    }
}
