package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says in words why a queued job is not placed yet. */
final class Waiting {

    private Waiting() {}

    /**
     * The planner ignores a job before {@code notBefore} and gives no reason until then.
     *
     * @param planned the planner's reason
     * @param cause cause of the newest attempt's end; null: there was no attempt
     * @param freeRetries number of retries in a row that are not counted against the job, including the next one
     * @return null if there is nothing to say
     */
    static @Nullable String because(
            @Nullable String planned,
            @Nullable Instant notBefore,
            @Nullable String cause,
            @Nullable String detail,
            int freeRetries) {
        if (notBefore == null || !notBefore.isAfter(Instant.now())) {
            return planned;
        }
        Instant at = notBefore.truncatedTo(ChronoUnit.SECONDS);
        return cause == null
                ? "not to start before %s".formatted(at)
                : "retries at %s%s after %s".formatted(at, ofHowMany(cause, freeRetries), ending(cause, detail));
    }

    /** Warns before the job is held. Empty if the retry counts against the job, is not limited, or has an unknown cause. */
    private static String ofHowMany(String cause, int freeRetries) {
        return Stream.of(Cause.values())
                .filter(known -> freeRetries > 0 && known.name().equals(cause))
                .flatMap(known -> Retry.freeLimit(known).stream().boxed())
                .map(limit -> " (retry %d of %d, then it is held)".formatted(freeRetries, limit))
                .findFirst()
                .orElse("");
    }

    /** How an attempt ended. */
    static String ending(@Nullable String cause, @Nullable String detail) {
        return detail == null ? String.valueOf(cause) : cause + ": " + detail;
    }
}
