package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Decides what follows from an attempt's end. This is the only place that decides about retries. */
public final class Retry {

    /** The number of free retries in a row after which a job is held for a person to check. */
    private static final int FREE_LIMIT = 5;

    private static final int KILLED_LIMIT = 2;
    private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

    private Retry() {}

    /**
     * The counters of a job.
     *
     * @param retriesSpent retries that counted against {@code maxAttempts}
     * @param freeInARow free retries since the last spent one, without PREEMPTED and HOST_LOST
     */
    public record Counters(int retriesSpent, int freeInARow) {}

    /** What happens to the job. */
    public sealed interface Decision {}

    /** The job is queued again in its old place, and is not placed before {@code after} has passed. */
    public record RetryAfter(Duration after, Counters counters) implements Decision {}

    /** The job is queued again at once for another host, because this host refuses it. It ends if no other host can run it. */
    public record Elsewhere(Counters counters) implements Decision {}

    /** The job is held until a person releases it. */
    public record Hold(String reason) implements Decision {}

    /** The job ends. */
    public record Final(JobState state) implements Decision {}

    /** Whether a cause is retried by default, and whether the retry counts. */
    private enum Default {
        /** Retried. Spends one of the user's retries. */
        SPEND,
        /** Retried with backoff. Free, because the user did not cause it. */
        FREE,
        /** Free, too. The first retry in a row has no backoff. */
        FREE_AT_ONCE,
        /** Retried at once without a limit. Never counted. */
        UNCOUNTED,
        /** Not retried. A RETRY rule of the request spends one of the user's retries. */
        FINAL
    }

    /**
     * Decides.
     *
     * @param exitCode the container's exit code, if it has one
     * @param jitter from 0 (shortest backoff) to 1 (longest), so that many jobs do not retry at the same time
     */
    public static Decision decide(
            Cause cause, @Nullable Integer exitCode, RetryPolicy policy, Counters counters, double jitter) {
        if (cause == Cause.COMPLETED) {
            return new Final(JobState.SUCCEEDED);
        }
        if (cause == Cause.CANCELLED) {
            return new Final(JobState.CANCELLED);
        }
        RetryPolicy.Action rule = overridable(cause) ? matching(policy, cause, exitCode) : null;
        if (rule == RetryPolicy.Action.FAIL) {
            return new Final(JobState.FAILED);
        }
        Default standard = standard(cause);
        if (rule == RetryPolicy.Action.RETRY && standard == Default.FINAL) {
            standard = Default.SPEND;
        }
        return switch (standard) {
            case FINAL -> new Final(JobState.FAILED);
            case SPEND ->
                counters.retriesSpent() + 1 < policy.maxAttempts()
                        ? new RetryAfter(
                                backoff(policy.backoff(), counters.retriesSpent(), jitter),
                                new Counters(counters.retriesSpent() + 1, 0))
                        : new Final(JobState.FAILED);
            case FREE -> free(cause, counters, backoff(policy.backoff(), counters.freeInARow(), jitter));
            case FREE_AT_ONCE ->
                free(
                        cause,
                        counters,
                        counters.freeInARow() == 0
                                ? Duration.ZERO
                                : backoff(policy.backoff(), counters.freeInARow() - 1, jitter));
            case UNCOUNTED -> new RetryAfter(Duration.ZERO, counters);
        };
    }

    /**
     * Decides about an attempt that its host has refused for a reason that may not apply to another host, such as its policy or its
     * software. A matching rule of the request takes precedence.
     */
    public static Decision refused(Cause cause, RetryPolicy policy, Counters counters, double jitter) {
        return overridable(cause) && matching(policy, cause, null) != null
                ? decide(cause, null, policy, counters, jitter)
                : new Elsewhere(counters);
    }

    /**
     * The limit of free retries in a row for this cause, after which the job is held. Empty if retries are not free, or not counted.
     */
    public static OptionalInt freeLimit(Cause cause) {
        return switch (standard(cause)) {
            case FREE, FREE_AT_ONCE -> OptionalInt.of(cause == Cause.KILLED_EXTERNALLY ? KILLED_LIMIT : FREE_LIMIT);
            case SPEND, UNCOUNTED, FINAL -> OptionalInt.empty();
        };
    }

    private static Decision free(Cause cause, Counters counters, Duration after) {
        int limit = freeLimit(cause).orElseThrow();
        if (counters.freeInARow() >= limit) {
            return new Hold(
                    "%s again after %d free retries. Find out why, then release the job".formatted(cause, limit));
        }
        return new RetryAfter(after, new Counters(counters.retriesSpent(), counters.freeInARow() + 1));
    }

    private static Default standard(Cause cause) {
        return switch (cause) {
            case PROGRAM_ERROR -> Default.SPEND;
            case IMAGE_PULL_FAILED,
                    PREPARE_TIMEOUT,
                    START_TIMEOUT,
                    PORT_IN_USE,
                    MOUNT_MISSING,
                    DISK_FULL,
                    KILLED_EXTERNALLY -> Default.FREE;
            case DEVICE_ERROR, ENGINE_LOST -> Default.FREE_AT_ONCE;
            case PREEMPTED, HOST_LOST -> Default.UNCOUNTED;
            case COMPLETED,
                    CANCELLED,
                    OUT_OF_MEMORY,
                    GPU_OUT_OF_MEMORY,
                    TIME_LIMIT,
                    IMAGE_UNAVAILABLE,
                    IMAGE_BUILD_FAILED,
                    SOURCE_MISSING,
                    START_FAILED,
                    POLICY_DENIED -> Default.FINAL;
        };
    }

    /** For a job that a person has cancelled. A program that completed before has still succeeded. */
    public static Decision afterCancel(Cause cause) {
        return new Final(cause == Cause.COMPLETED ? JobState.SUCCEEDED : JobState.CANCELLED);
    }

    /** For a job whose attempt was given up because it crashed its worker repeatedly. No other worker must try it. */
    public static Decision afterCrashes() {
        return new Final(JobState.FAILED);
    }

    /** Whether the next attempt goes to another host if possible, because the host or its other programs caused the end. */
    public static boolean avoidsHost(Cause cause) {
        return switch (cause) {
            case HOST_LOST, START_TIMEOUT, PREPARE_TIMEOUT, PORT_IN_USE, MOUNT_MISSING, DISK_FULL, DEVICE_ERROR -> true;
            case COMPLETED,
                    CANCELLED,
                    PROGRAM_ERROR,
                    OUT_OF_MEMORY,
                    GPU_OUT_OF_MEMORY,
                    TIME_LIMIT,
                    IMAGE_UNAVAILABLE,
                    IMAGE_BUILD_FAILED,
                    IMAGE_PULL_FAILED,
                    SOURCE_MISSING,
                    START_FAILED,
                    POLICY_DENIED,
                    KILLED_EXTERNALLY,
                    PREEMPTED,
                    ENGINE_LOST -> false;
        };
    }

    /** Causes that depend on the user's program. The request's rules override the default for them. */
    public static boolean overridable(Cause cause) {
        return switch (cause) {
            case PROGRAM_ERROR,
                    OUT_OF_MEMORY,
                    GPU_OUT_OF_MEMORY,
                    TIME_LIMIT,
                    IMAGE_UNAVAILABLE,
                    IMAGE_BUILD_FAILED,
                    START_FAILED,
                    PORT_IN_USE,
                    KILLED_EXTERNALLY -> true;
            case COMPLETED,
                    CANCELLED,
                    DEVICE_ERROR,
                    PREEMPTED,
                    HOST_LOST,
                    IMAGE_PULL_FAILED,
                    SOURCE_MISSING,
                    PREPARE_TIMEOUT,
                    START_TIMEOUT,
                    MOUNT_MISSING,
                    POLICY_DENIED,
                    DISK_FULL,
                    ENGINE_LOST -> false;
        };
    }

    private static RetryPolicy.@Nullable Action matching(RetryPolicy policy, Cause cause, @Nullable Integer exitCode) {
        for (RetryPolicy.Rule rule : policy.rules()) {
            boolean matches = switch (rule) {
                case RetryPolicy.OnExitCode on ->
                    exitCode != null && on.exitCodes().contains(exitCode);
                case RetryPolicy.OnCause on -> on.causes().contains(cause);
            };
            if (matches) {
                return rule.action();
            }
        }
        return null;
    }

    /** Doubles with each retry, up to an hour, plus or minus a quarter. */
    private static Duration backoff(Duration first, int retriesBefore, double jitter) {
        Duration doubled = first.multipliedBy(1L << Math.min(retriesBefore, 20));
        Duration capped = doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
        return Duration.ofMillis((long) (capped.toMillis() * (0.75 + jitter / 2)));
    }
}
