package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.CrashSuspicion;
import dev.trainyard.core.lifecycle.ExitEvidence;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.lifecycle.LogClues;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An attempt's row with what its worker needs to run it.
 *
 * @param devices keys of the reserved devices
 * @param runningFor how long ago it was started, by the database's clock
 * @param killRequested whether somebody wants it killed, whatever is left of its grace period
 * @param outputsWanted how much of its outputs is still to be gathered
 * @param graceLeft until it is killed; null: no stop signal was recorded
 * @param engineStartedAt the engine's own start time, as evidence
 * @param engineLost whether the engine or its host was restarted under the container
 * @param deviceError what was wrong with its devices when its container had ended
 * @param killedBy what ended its container from outside
 * @param fullDisk a disk that it wrote to and that was full when its container had ended
 * @param lost null: it was not lost with its host, or nothing is to be settled about it any more
 * @param inHandsOf the incarnation that took it up last; null: none, or one of an earlier release
 * @param suspicion of ending the process of its worker
 * @param rests whether nobody is to take it up for now
 */
public record Attempt(
        AttemptId id,
        JobId jobId,
        int number,
        WorkerId workerId,
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
        @Nullable Cause cause,
        @Nullable String outputsLocation,
        List<Device> devices,
        @Nullable Lost lost,
        @Nullable UUID inHandsOf,
        CrashSuspicion suspicion,
        boolean rests) {

    /** What somebody still waits for of the outputs of an attempt that has exited, by the cancellations since then. */
    public enum Wanted {
        ALL,
        /** Which files there are: what is not read by now is not read any more. */
        NAMES,
        NOTHING
    }

    /**
     * What its worker needs to know of an attempt that ended HOST_LOST while its reservations are still held: it is taken back, or given
     * up for good.
     *
     * @param in the state in which it was lost
     * @param job the job's state now
     * @param newest whether no newer attempt of the job was placed
     */
    public record Lost(AttemptState in, JobState job, boolean newest) {}

    /** Whether the row says that this process has it in hand. */
    public boolean isInHandsOf(Incarnation process) {
        return process.id().equals(inHandsOf);
    }

    /**
     * What is known of its end, for the verdict.
     *
     * @param signalCounts false: the first stop signal found the container dead already, so that its end was its own
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
     * @param key what the hardware calls itself
     * @param standIn whether it is a run slot and no hardware
     */
    public record Device(String key, boolean standIn) {}
}
