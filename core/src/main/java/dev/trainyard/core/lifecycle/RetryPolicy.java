package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.List;

/**
 * What the submitter wants after a failed attempt.
 *
 * @param maxAttempts bounds attempts that spend a retry, the first included; at least 1
 * @param backoff pause before the first retry; doubles with each further one, up to an hour
 * @param rules the first that matches wins over the default of the cause
 */
public record RetryPolicy(int maxAttempts, Duration backoff, List<Rule> rules) {

    public static final RetryPolicy DEFAULT = new RetryPolicy(1, Duration.ofSeconds(10), List.of());

    /** What a rule decides. */
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
