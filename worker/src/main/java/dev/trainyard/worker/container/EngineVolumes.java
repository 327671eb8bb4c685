package dev.trainyard.worker.container;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What can be done with the engine's volumes. */
public final class EngineVolumes {

    private final Connection connection;

    EngineVolumes(Connection connection) {
        this.connection = connection;
    }

    /** Empty: the host does not have it. */
    public Optional<EngineVolume> inspect(String name) {
        return connection.ask(docker -> {
            try {
                return Optional.of(volume(docker.inspectVolumeCmd(name).exec()));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    /** Makes the volume for a team, unless there is one of that name; returns the one that there is now. */
    public EngineVolume provide(String name, String team) {
        Optional<EngineVolume> present = inspect(name);
        if (present.isPresent()) {
            return present.get();
        }
        connection.act(docker -> docker.createVolumeCmd()
                .withName(name)
                .withLabels(Map.of(Labels.TEAM, team))
                .exec()
                .getName());
        // Somebody may have been faster: the engine then answers as if it had made it.
        return connection.ask(docker -> volume(docker.inspectVolumeCmd(name).exec()));
    }

    private static EngineVolume volume(InspectVolumeResponse answer) {
        Map<String, String> labels = Objects.requireNonNullElse(answer.getLabels(), Map.of());
        return new EngineVolume(Objects.requireNonNullElse(answer.getOptions(), Map.of()), labels.get(Labels.TEAM));
    }
}
