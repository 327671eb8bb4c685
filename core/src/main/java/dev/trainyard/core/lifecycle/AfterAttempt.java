package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides how a job continues after an attempt. {@link Retry} decides about retries, but a person's cancellation or hold takes precedence. */
public sealed interface AfterAttempt {

    /** The job is over. */
    record Over(JobState state) implements AfterAttempt {}

    /**
     * The job waits for a person.
     *
     * @param again how the job continues when it is released. Null: as before the attempt
     */
    record Held(String reason, @Nullable Again again) implements AfterAttempt {}

    /**
     * The job is queued again, in its old place.
     *
     * @param free null if the retry is not one of those that are free and limited
     */
    record Queued(Again again, @Nullable FreeRetry free) implements AfterAttempt {}

    /**
     * How the job continues.
     *
     * @param after the job is not placed before this time has passed
     * @param elsewhere whether the host has refused the job, so that the job is not placed there again
     */
    record Again(Retry.Counters counters, Duration after, boolean elsewhere) {}

    /** The number of this free retry in a row, and the limit at which the job is held. */
    record FreeRetry(int number, int of) {}

    /**
     * Decides.
     *
     * @param cancelRequested whether a person has cancelled the job
     * @param holdRequested the reason of a person's hold request. Null without a request
     * @param retry decides about a retry from the job's counters. Not called after a cancellation
     */
    static AfterAttempt of(
            Cause cause,
            boolean cancelRequested,
            @Nullable String holdRequested,
            Retry.Counters counters,
            Function<Retry.Counters, Retry.Decision> retry) {
        Retry.Decision decision = cancelRequested ? Retry.afterCancel(cause) : retry.apply(counters);
        return switch (decision) {
            case Retry.Final(JobState state) -> new Over(state);
            case Retry.Hold(String reason) -> new Held(reason, null);
            case Retry.RetryAfter(Duration after, Retry.Counters next) ->
                again(cause, holdRequested, counters, new Again(next, after, false));
            case Retry.Elsewhere(Retry.Counters next) ->
                again(cause, holdRequested, counters, new Again(next, Duration.ZERO, true));
        };
    }

    private static AfterAttempt again(Cause cause, @Nullable String holdRequested, Retry.Counters before, Again again) {
        return holdRequested == null
                ? new Queued(again, free(cause, before, again.counters()))
                : new Held(holdRequested, again);
    }

    private static @Nullable FreeRetry free(Cause cause, Retry.Counters before, Retry.Counters after) {
        OptionalInt limit = Retry.freeLimit(cause);
        return limit.isPresent() && after.freeInARow() > before.freeInARow()
                ? new FreeRetry(after.freeInARow(), limit.getAsInt())
                : null;
    }
}
