package dev.trainyard.core.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a container that started and is dead.
 *
 * @param exitCode null where the container vanished before its exit could be read
 * @param oomKilled the engine's flag: set for any process of the container
 * @param signalledFor why we sent it the first signal, if we did and the engine did not refuse it as already exited
 * @param engineLost whether the engine or its host was restarted under the container, which did not outlive it
 * @param deviceError what was found wrong with the devices of the attempt; null: nothing
 * @param killedBy what ended it from outside, by the engine's record, see {@link EndRecord}; null: nothing
 * @param fullDisk the disk of the host that it wrote to and that was full when it ended; null: none
 * @param noSpaceLeft whether the log's tail says that no space was left. It does not say where
 */
public record ExitEvidence(
        @Nullable Integer exitCode,
        boolean oomKilled,
        @Nullable StopReason signalledFor,
        boolean engineLost,
        @Nullable String deviceError,
        @Nullable String killedBy,
        @Nullable String fullDisk,
        boolean noSpaceLeft) {}
