package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container with this worker's labels.
 *
 * @param job from its label; null: the label is none
 * @param attempt from its label; null: the label is none
 * @param devices keys of the devices that it was given, stand-in slots included
 */
public record OwnContainer(
        ContainerId id,
        String name,
        State state,
        @Nullable JobId job,
        @Nullable AttemptId attempt,
        List<String> devices,
        Instant created) {}
