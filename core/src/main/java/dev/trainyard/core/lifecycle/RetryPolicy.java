package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.List;

/**
 * The submitter's policy for retries.
 *
 * @param maxAttempts the maximum number of attempts that count, including the first. At least 1
 * @param backoff the pause before the first retry. It doubles with each retry, up to an hour
 * @param rules the first matching rule overrides the default of the cause
 */
public record RetryPolicy(int maxAttempts, Duration backoff, List<Rule> rules) {

    public static final RetryPolicy DEFAULT = new RetryPolicy(1, Duration.ofSeconds(10), List.of());

    /** The decision of a rule. */
    public enum Action {
        RETRY,
        FAIL
    }

    /** One rule of the request. */
    public sealed interface Rule {
        Action action();
    }

    /** Matches an attempt whose container ended with one of these exit codes. */
    public record OnExitCode(List<Integer> exitCodes, Action action) implements Rule {}

    /** Matches an attempt that ended with one of these causes. */
    public record OnCause(List<Cause> causes, Action action) implements Rule {}
}
