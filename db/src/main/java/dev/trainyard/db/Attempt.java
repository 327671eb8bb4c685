package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.CrashSuspicion;
import dev.trainyard.core.lifecycle.ExitEvidence;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.lifecycle.LogClues;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.request.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The row of an attempt, with everything that its worker needs to run it.
 *
 * @param devices keys of the reserved devices
 * @param runningFor time since the start, by the database's clock
 * @param killRequested whether to kill it at once, without the rest of its grace period
 * @param outputsWanted how much of its outputs the worker still has to gather
 * @param graceLeft time until it is killed; null if no stop signal was recorded
 * @param engineStartedAt the engine's start time of the container, as evidence
 * @param engineLost whether the engine or its host was restarted while the container ran
 * @param deviceError the error of its devices after the end of its container
 * @param killedBy what ended its container from outside
 * @param fullDisk a disk that it wrote to and that was full after the end of its container
 * @param lost null unless it was lost with its host and still holds reservations
 * @param inHandsOf the incarnation that works on it; null if none does, or if it is of an earlier release
 * @param suspicion that it ends the process of its worker
 * @param rests whether no worker may work on it for now
 */
public record Attempt(
        AttemptId id,
        JobId jobId,
        int number,
        AttemptState state,
        @Nullable StopReason stopReason,
        boolean stopSignalled,
        boolean killRequested,
        Wanted outputsWanted,
        @Nullable Duration graceLeft,
        @Nullable String imageDigest,
        @Nullable String containerId,
        @Nullable Duration runningFor,
        @Nullable Instant engineStartedAt,
        @Nullable Integer exitCode,
        @Nullable Boolean oomKilled,
        boolean engineLost,
        @Nullable String deviceError,
        @Nullable String killedBy,
        @Nullable String fullDisk,
        @Nullable String outputsLocation,
        List<Device> devices,
        @Nullable Lost lost,
        @Nullable UUID inHandsOf,
        CrashSuspicion suspicion,
        boolean rests) {

    /** How much of the outputs of an exited attempt to gather. Each cancellation since the exit reduces it. */
    public enum Wanted {
        ALL,
        /** Only the names of files: contents that were not read yet are skipped. */
        NAMES,
        NOTHING
    }

    /**
     * The data of an attempt that ended HOST_LOST and still holds its reservations. With it, its worker decides whether to reinstate the
     * attempt or to give it up.
     *
     * @param in the state in which it was lost
     * @param job the job's state now
     * @param newest whether it is the newest attempt of the job
     */
    public record Lost(AttemptState in, JobState job, boolean newest) {}

    /** Whether, according to the row, this process works on the attempt. */
    public boolean isInHandsOf(Incarnation process) {
        return process.id().equals(inHandsOf);
    }

    /**
     * Whether it may end the process of its worker, and somebody stopped it: then nothing is done for it but its end, without a trial, and
     * nothing of it is read.
     */
    public boolean isSuspectToEnd() {
        boolean stopped = state == AttemptState.COLLECTING ? outputsWanted == Wanted.NOTHING : stopReason != null;
        return suspicion.isTriedAlone() && lost == null && stopped;
    }

    /**
     * The evidence of its end, for the verdict.
     *
     * @param signalCounts false if the container had already ended by itself when the first stop signal was sent
     */
    public ExitEvidence evidence(boolean signalCounts, LogClues clues) {
        return new ExitEvidence(
                exitCode,
                Boolean.TRUE.equals(oomKilled),
                stopSignalled && signalCounts ? stopReason : null,
                engineLost,
                deviceError,
                killedBy,
                fullDisk,
                clues.noSpaceLeft());
    }

    /**
     * A reserved device.
     *
     * @param key identifier of the hardware
     * @param standIn whether it is a run slot instead of hardware
     */
    public record Device(String key, boolean standIn) {}
}
