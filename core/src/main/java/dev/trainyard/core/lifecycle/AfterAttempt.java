package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What follows for a job when an attempt of it has ended. {@link Retry} decides about a retry; what people asked for meanwhile goes first. */
public sealed interface AfterAttempt {

    /** The job is over. */
    record Over(JobState state) implements AfterAttempt {}

    /**
     * The job waits for a person.
     *
     * @param again how it goes on when it is released; null: as before the attempt
     */
    record Held(String reason, @Nullable Again again) implements AfterAttempt {}

    /**
     * The job waits in the queue, in its old place.
     *
     * @param free null: the retry is not one of those that are free and limited
     */
    record Queued(Again again, @Nullable FreeRetry free) implements AfterAttempt {}

    /**
     * How the job goes on.
     *
     * @param after it is not placed before that has passed
     * @param elsewhere whether the host has refused the job, so that it is not placed there again
     */
    record Again(Retry.Counters counters, Duration after, boolean elsewhere) {}

    /** Which free retry in a row it is, and how many there are before the job is held. */
    record FreeRetry(int number, int of) {}

    /**
     * Decides.
     *
     * @param cancelRequested whether a person has asked for the job's end
     * @param holdRequested the reason that a person gave who wants the job held after this attempt; null: nobody does
     * @param retry the decision about a retry, from the job's counters; not asked after a cancellation
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
