package dev.trainyard.worker.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.State;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the engine's response about a container. */
final class ContainerStatusReader {

    private ContainerStatusReader() {}

    static ContainerStatus of(InspectContainerResponse answer) {
        ContainerState state = answer.getState();
        Map<String, String> labels = answer.getConfig().getLabels();
        return new ContainerStatus(
                new ContainerId(answer.getId()),
                answer.getName().replaceFirst("^/", ""),
                state(Objects.requireNonNull(state.getStatus())),
                Math.toIntExact(Objects.requireNonNullElse(state.getExitCodeLong(), 0L)),
                Boolean.TRUE.equals(state.getOOMKilled()),
                instant(state.getStartedAt()),
                instant(state.getFinishedAt()),
                Objects.requireNonNullElse(state.getError(), ""),
                Stream.concat(Stream.of(answer.getPath()), Stream.of(answer.getArgs()))
                        .toList(),
                labels == null ? Map.of() : labels,
                Boolean.TRUE.equals(answer.getConfig().getTty()));
    }

    /** The engine's states: created, running, paused, restarting, removing, exited, dead. */
    static State state(String status) {
        return switch (status) {
            case "created" -> State.CREATED;
            case "removing", "exited", "dead" -> State.EXITED;
            default -> State.RUNNING;
        };
    }

    /** The engine uses the year 1 for "never". */
    private static @Nullable Instant instant(@Nullable String text) {
        if (text == null || text.isEmpty() || text.startsWith("0001-")) {
            return null;
        }
        return Instant.parse(text);
    }
}
