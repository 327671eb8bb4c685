package dev.trainyard.db;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.LogClues;
import dev.trainyard.core.lifecycle.Remedy;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.lifecycle.Verdict;
import dev.trainyard.core.request.RetryJson;
import dev.trainyard.core.text.HiddenValues;
import dev.trainyard.db.AttemptStore.End;
import dev.trainyard.db.AttemptStore.Locked;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Ends attempts whose worker does not report the end, from the data recorded so far. */
final class AbsentWorkerEndings {

    private final LogStore logs;
    private final AttemptStore attempts;

    AbsentWorkerEndings(Database database) {
        this.attempts = new AttemptStore(database);
        this.logs = new LogStore(database);
    }

    /** A reserved attempt that its worker did not begin in time. */
    End unclaimed(Locked attempt, Duration within) {
        return end(
                attempt,
                Cause.START_TIMEOUT,
                null,
                "the worker did not begin it within %d s".formatted(within.toSeconds()),
                null);
    }

    /** It was stopped before it started, and nobody reads its request. */
    End stopped(Locked attempt, StopReason reason) {
        return end(attempt, reason.cause(), null, "stopped before it started", null);
    }

    /** An attempt that was never reserved, because its image is not available. */
    End unavailable(Locked attempt, Cause cause, String detail) {
        return end(attempt, cause, null, detail, null);
    }

    /** The worker has been silent for too long. This retry does not count against the user, so the retry policy does not apply. */
    static End lost(String detail) {
        return new End(
                Cause.HOST_LOST,
                detail,
                null,
                counters -> Retry.decide(Cause.HOST_LOST, null, RetryPolicy.DEFAULT, counters, 0));
    }

    /** A COLLECTING attempt: its exit is recorded, its outputs perhaps in part. */
    End collected(Locked locked, String why) {
        Attempt attempt = attempts.find(locked.attempt()).orElseThrow();
        LogClues clues = LogClues.of(logs.tail(attempt.id(), LogClues.TAIL_CHARS), HiddenValues.NONE);
        return end(locked, Verdict.of(attempt.evidence(true, clues)), attempt.exitCode(), why, false);
    }

    private static End end(
            Locked attempt, Cause cause, @Nullable Integer exitCode, String detail, @Nullable Boolean outputsComplete) {
        RetryPolicy policy = policy(attempt.retry());
        return new End(
                cause,
                Remedy.added(detail, cause),
                outputsComplete,
                counters -> Retry.decide(
                        cause,
                        exitCode,
                        policy,
                        counters,
                        ThreadLocalRandom.current().nextDouble()));
    }

    /** The default policy if the request was written by a later release, which this one cannot read. */
    private static RetryPolicy policy(@Nullable String retry) {
        return retry == null ? RetryPolicy.DEFAULT : RetryJson.read(retry);
    }
}
