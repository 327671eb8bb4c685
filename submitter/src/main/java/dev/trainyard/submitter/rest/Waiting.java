package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Why a queued job is not placed yet, in words. */
final class Waiting {

    private Waiting() {}

    /**
     * The planner looks at a job only from {@code notBefore} on; until then it has no reason of its own.
     *
     * @param planned the planner's reason
     * @param cause what the newest attempt ended with; null: there was none
     * @param freeRetries how many in a row were nobody's fault, the coming one included
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
                ? "not to be started before %s".formatted(at)
                : "retries at %s%s after %s".formatted(at, ofHowMany(cause, freeRetries), ending(cause, detail));
    }

    /** So that nobody is surprised when it is held. Empty where the retry is the user's own, is not counted, or has an unknown cause. */
    private static String ofHowMany(String cause, int freeRetries) {
        return Stream.of(Cause.values())
                .filter(known -> freeRetries > 0 && known.name().equals(cause))
                .flatMap(known -> Retry.freeLimit(known).stream().boxed())
                .map(limit -> " (retry %d of %d, then it is held)".formatted(freeRetries, limit))
                .findFirst()
                .orElse("");
    }

    /** What an attempt ended with. */
    static String ending(@Nullable String cause, @Nullable String detail) {
        return detail == null ? String.valueOf(cause) : cause + ": " + detail;
    }
}
