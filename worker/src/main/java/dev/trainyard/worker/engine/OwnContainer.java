package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container with this worker's labels.
 *
 * @param job from its label; null if the label is not an id
 * @param attempt from its label; null if the label is not an id
 * @param devices keys of its devices, including run slots
 */
public record OwnContainer(
        ContainerId id,
        String name,
        State state,
        @Nullable JobId job,
        @Nullable AttemptId attempt,
        List<String> devices,
        Instant created) {}
