package dev.trainyard.worker.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the engine says about a container.
 *
 * @param exitCode means something once it has exited
 * @param oomKilled set for any process of the container that the kernel killed for want of memory; can be missing
 * @param startedAt the engine's clock; null: never started
 * @param finishedAt the engine's clock; null: not yet
 * @param error why the engine could not start it, in its own words; empty: it did not say
 * @param image id of its image
 * @param argv the program and its arguments, entrypoint and command put together
 * @param tty whether standard output and error are one stream
 * @param pid of its first process on the engine's host; null: none runs
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
        String image,
        List<String> argv,
        Map<String, String> labels,
        List<PublishedPort> ports,
        boolean tty,
        @Nullable Long pid) {}
