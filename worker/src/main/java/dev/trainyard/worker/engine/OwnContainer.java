package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.AttemptId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container with this worker's labels.
 *
 * @param attempt from its label; null if the label is not an id
 * @param devices keys of its devices, including run slots
 */
public record OwnContainer(
        ContainerId id, String name, State state, @Nullable AttemptId attempt, List<String> devices) {}
