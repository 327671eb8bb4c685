package dev.trainyard.core.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a container that started and is dead.
 *
 * @param exitCode null where the container vanished before its exit could be read
 * @param oomKilled the engine's flag: set for any process of the container
 * @param signalledFor why we sent it the first signal, if we did and the engine did not refuse it as already exited
 * @param engineLost whether the engine or its host was restarted under the container, which did not outlive it
 * @param deviceFailed whether a device of the attempt was found to have failed
 * @param noSpaceLeft whether the log's tail reports ENOSPC
 * @param gpuOutOfMemory whether the log's tail reports a framework's device memory error
 */
public record ExitEvidence(
        @Nullable Integer exitCode,
        boolean oomKilled,
        @Nullable StopReason signalledFor,
        boolean engineLost,
        boolean deviceFailed,
        boolean noSpaceLeft,
        boolean gpuOutOfMemory) {}
