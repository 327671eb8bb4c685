package dev.trainyard.submitter.rest;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Why a queued job is not placed yet, in words. */
final class Waiting {

    private Waiting() {}

    /**
     * The planner looks at a job only from {@code notBefore} on; until then it has no reason of its own.
     *
     * @param planned the planner's reason
     * @param cause what the newest attempt ended with; null: there was none
     * @return null if there is nothing to say
     */
    static @Nullable String because(
            @Nullable String planned, @Nullable Instant notBefore, @Nullable String cause, @Nullable String detail) {
        if (notBefore == null || !notBefore.isAfter(Instant.now())) {
            return planned;
        }
        Instant at = notBefore.truncatedTo(ChronoUnit.SECONDS);
        return cause == null
                ? "not to be started before %s".formatted(at)
                : "retries at %s after %s".formatted(at, ending(cause, detail));
    }

    /** What an attempt ended with. */
    static String ending(@Nullable String cause, @Nullable String detail) {
        return detail == null ? String.valueOf(cause) : cause + ": " + detail;
    }
}
