package dev.trainyard.core.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * The facts about a container that started and has exited.
 *
 * @param exitCode null if the container disappeared before its exit could be read
 * @param oomKilled the engine's flag, which is set for any process of the container
 * @param signalledFor why the worker sent the first signal. Null if it sent none, or if the engine answered that the container had exited
 * @param engineLost whether the engine or its host restarted and the container did not survive
 * @param deviceError the error of the attempt's devices. Null without an error
 * @param killedBy what ended the container from outside, by the engine's record (see {@link EndRecord}). Null if nothing did
 * @param fullDisk the disk of the host that the container wrote to, if it was full at the end. Null otherwise
 * @param noSpaceLeft whether the end of the log says that no space was left. It does not say where
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
