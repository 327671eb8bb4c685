package dev.trainyard.core.lifecycle;

import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What follows from an attempt's end: the only place where a retry is decided. */
public final class Retry {

    /** Free retries in a row after which a job is held for a person to look at. */
    private static final int FREE_LIMIT = 5;

    private static final int KILLED_LIMIT = 2;
    private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

    private Retry() {}

    /**
     * The counters of a job.
     *
     * @param retriesSpent retries that counted against {@code maxAttempts}
     * @param freeInARow retries since the last spent one that were nobody's fault, PREEMPTED and HOST_LOST not counted
     */
    public record Counters(int retriesSpent, int freeInARow) {

        public static final Counters ZERO = new Counters(0, 0);
    }

    /** What happens to the job. */
    public sealed interface Decision {}

    /** Queued again in its old place, not before {@code after} has passed. */
    public record RetryAfter(Duration after, Counters counters) implements Decision {}

    /** Queued again at once for another host, since this one does not take it. Over, once no host is left that could. */
    public record Elsewhere(Counters counters) implements Decision {}

    /** Held until someone releases it. */
    public record Hold(String reason) implements Decision {}

    /** Over. */
    public record Final(JobState state) implements Decision {}

    /** Whether a cause is retried by default, and who pays. */
    private enum Default {
        /** Retried, and spends one of the user's retries. */
        SPEND,
        /** Retried with backoff; nobody's fault. */
        FREE,
        /** Retried at once the first time in a row; nobody's fault. */
        FREE_AT_ONCE,
        /** Retried at once, however often, and never counted. */
        UNCOUNTED,
        /** Not retried; a rule that says RETRY spends. */
        FINAL
    }

    /**
     * Decides.
     *
     * @param exitCode of the container, where there was one
     * @param jitter from 0 (shortest backoff) to 1 (longest), so that a fleet does not come back in step
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
     * Decides about an attempt that its host has refused for a reason of its own, which another host may not have: its policy, what is
     * installed there. A rule of the request that matches goes first.
     */
    public static Decision refused(Cause cause, RetryPolicy policy, Counters counters, double jitter) {
        return overridable(cause) && matching(policy, cause, null) != null
                ? decide(cause, null, policy, counters, jitter)
                : new Elsewhere(counters);
    }

    /**
     * How many free retries in a row a job has that goes on ending with this cause, before it is held; empty: its retries are not free,
     * or not counted.
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
                    "%s again after %d free retries; look into it, then release the job".formatted(cause, limit));
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

    /** What follows for a job whose end somebody has asked for: a program that was done by then has succeeded. */
    public static Decision afterCancel(Cause cause) {
        return new Final(cause == Cause.COMPLETED ? JobState.SUCCEEDED : JobState.CANCELLED);
    }

    /** What follows for a job whose attempt was not started because it ended the process of its worker again and again: no other worker is to try. */
    public static Decision afterCrashes() {
        return new Final(JobState.FAILED);
    }

    /** Whether the next attempt goes to another host if one will ever do: the cause lies with the host, or with what else runs there. */
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

    /** The causes that say something about the user's program, where the user's word goes before ours. */
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

    /** Doubles with each retry, up to an hour, then ± a quarter. */
    private static Duration backoff(Duration first, int retriesBefore, double jitter) {
        Duration doubled = first.multipliedBy(1L << Math.min(retriesBefore, 20));
        Duration capped = doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
        return Duration.ofMillis((long) (capped.toMillis() * (0.75 + jitter / 2)));
    }
}
