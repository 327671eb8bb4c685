package dev.trainyard.worker.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The engine's state of a container.
 *
 * @param exitCode valid only after the exit
 * @param oomKilled whether the kernel killed any process of the container because of memory; the engine can miss this
 * @param startedAt by the engine's clock; null if it never started
 * @param finishedAt by the engine's clock; null if it has not exited
 * @param error the engine's message if it could not start the container; empty if there is none
 * @param argv the program and its arguments: entrypoint plus command
 * @param tty whether standard output and standard error are one stream
 */
public record ContainerStatus(
        ContainerId id,
        String name,
        State state,
        int exitCode,
        boolean oomKilled,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        String error,
        List<String> argv,
        Map<String, String> labels,
        boolean tty) {}
