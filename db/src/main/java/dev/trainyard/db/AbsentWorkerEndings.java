package dev.trainyard.db;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.LogClues;
import dev.trainyard.core.lifecycle.Remedy;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.lifecycle.Verdict;
import dev.trainyard.core.request.RetryJson;
import dev.trainyard.db.AttemptStore.End;
import dev.trainyard.db.AttemptStore.Locked;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The ends of attempts whose worker does not report them: what is recorded has to do. */
final class AbsentWorkerEndings {

    private final LogStore logs;
    private final AttemptStore attempts;

    AbsentWorkerEndings(Database database) {
        this.attempts = new AttemptStore(database);
        this.logs = new LogStore(database);
    }

    /** It was reserved, and its worker did not begin. */
    End unclaimed(Locked attempt, Duration within) {
        return end(
                attempt,
                Cause.START_TIMEOUT,
                null,
                "the worker did not take it up within %d s".formatted(within.toSeconds()),
                null);
    }

    /** It was never reserved: its image cannot be had. */
    End unavailable(Locked attempt, Cause cause, String detail) {
        return end(attempt, cause, null, detail, null);
    }

    /** Its worker is silent for too long. The retry is never the user's, so that its rules do not matter. */
    static End lost(String detail) {
        return new End(
                Cause.HOST_LOST,
                detail,
                null,
                counters -> Retry.decide(Cause.HOST_LOST, null, RetryPolicy.DEFAULT, counters, 0));
    }

    /** It is COLLECTING: its exit is recorded, and of its outputs whatever was. */
    End collected(Locked locked, String why) {
        Attempt attempt = attempts.find(locked.attempt()).orElseThrow();
        LogClues clues = LogClues.of(logs.tail(attempt.id(), LogClues.TAIL_CHARS));
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

    /** Of a message that only a later release can read: what holds where a message says nothing. */
    private static RetryPolicy policy(@Nullable String retry) {
        return retry == null ? RetryPolicy.DEFAULT : RetryJson.read(retry);
    }
}
