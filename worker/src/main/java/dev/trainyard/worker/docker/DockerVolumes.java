package dev.trainyard.worker.docker;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineVolume;
import dev.trainyard.worker.engine.EngineVolumes;
import dev.trainyard.worker.engine.Labels;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Operations on volumes. */
final class DockerVolumes implements EngineVolumes {

    private final Connection connection;

    DockerVolumes(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Optional<EngineVolume> inspect(String name) {
        return connection.ask(docker -> {
            try {
                return Optional.of(volume(docker.inspectVolumeCmd(name).exec()));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public EngineVolume provide(String name, String team) {
        try {
            Optional<EngineVolume> present = inspect(name);
            if (present.isPresent()) {
                return present.get();
            }
            connection.act(docker -> docker.createVolumeCmd()
                    .withName(name)
                    .withLabels(Map.of(Labels.TEAM, team))
                    .exec()
                    .getName());
            // If another program created it first, the engine answers as if it had created it now.
            return connection.ask(docker -> volume(docker.inspectVolumeCmd(name).exec()));
        } catch (EngineRefused refused) {
            throw EngineErrors.startRefused(refused);
        }
    }

    private static EngineVolume volume(InspectVolumeResponse answer) {
        Map<String, String> labels = Objects.requireNonNullElse(answer.getLabels(), Map.of());
        return new EngineVolume(Objects.requireNonNullElse(answer.getOptions(), Map.of()), labels.get(Labels.TEAM));
    }
}
