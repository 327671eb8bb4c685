package dev.trainyard.worker.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import dev.trainyard.worker.engine.EngineNetwork;
import dev.trainyard.worker.engine.EngineNetworks;
import dev.trainyard.worker.engine.EngineRefused;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Operations on networks. */
final class DockerNetworks implements EngineNetworks {

    private static final String DEVICE = "com.docker.network.bridge.name";
    private static final String BETWEEN = "com.docker.network.bridge.enable_icc";

    private final Connection connection;

    DockerNetworks(Connection connection) {
        this.connection = connection;
    }

    @Override
    public EngineNetwork provideBridge(String name, String device) {
        Optional<EngineNetwork> present = inspect(name);
        if (present.isPresent()) {
            return present.get();
        }
        try {
            connection.act(docker -> docker.createNetworkCmd()
                    .withName(name)
                    .withDriver("bridge")
                    .withCheckDuplicate(true)
                    .withEnableIpv6(false)
                    .withOptions(Map.of(DEVICE, device, BETWEEN, "false"))
                    .exec()
                    .getId());
        } catch (EngineRefused e) {
            // Another worker of this host may have created it first.
            return inspect(name).orElseThrow(() -> e);
        }
        return inspect(name)
                .orElseThrow(() -> new EngineRefused(404, "the network %s was removed meanwhile".formatted(name)));
    }

    private Optional<EngineNetwork> inspect(String name) {
        return connection.ask(docker -> {
            try {
                return Optional.of(
                        network(docker.inspectNetworkCmd().withNetworkId(name).exec()));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    private static EngineNetwork network(Network answer) {
        Map<String, String> options = Objects.requireNonNullElse(answer.getOptions(), Map.of());
        return new EngineNetwork(
                Objects.requireNonNullElse(answer.getDriver(), ""),
                options.getOrDefault(DEVICE, ""),
                "false".equals(options.get(BETWEEN)),
                Boolean.TRUE.equals(answer.getEnableIPv6()));
    }
}
