package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Retry.Counters;
import dev.trainyard.core.lifecycle.Retry.Elsewhere;
import dev.trainyard.core.lifecycle.Retry.Final;
import dev.trainyard.core.lifecycle.Retry.Hold;
import dev.trainyard.core.lifecycle.Retry.RetryAfter;
import dev.trainyard.core.lifecycle.RetryPolicy.Action;
import dev.trainyard.core.lifecycle.RetryPolicy.OnCause;
import dev.trainyard.core.lifecycle.RetryPolicy.OnExitCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class RetryTest {

    private static final Counters NO_RETRY_YET = new Counters(0, 0);

    private static final Duration TEN = Duration.ofSeconds(10);
    private static final double MIDDLE = 0.5;

    // Causes without a rule -------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // With 3 attempts allowed, 1 retry spent and 1 free one in a row: what follows, after how long, with which
        // counters.
        "COMPLETED,           SUCCEEDED,,,",
        "PROGRAM_ERROR,       RETRY, 20, 2, 0",
        "OUT_OF_MEMORY,       FAILED,,,",
        "GPU_OUT_OF_MEMORY,   FAILED,,,",
        "DEVICE_ERROR,        RETRY, 10, 1, 2",
        "TIME_LIMIT,          FAILED,,,",
        "CANCELLED,           CANCELLED,,,",
        "PREEMPTED,           RETRY, 0, 1, 1",
        "HOST_LOST,           RETRY, 0, 1, 1",
        "IMAGE_UNAVAILABLE,   FAILED,,,",
        "IMAGE_PULL_FAILED,   RETRY, 20, 1, 2",
        "IMAGE_BUILD_FAILED,  FAILED,,,",
        "SOURCE_MISSING,      FAILED,,,",
        "PREPARE_TIMEOUT,     RETRY, 20, 1, 2",
        "START_TIMEOUT,       RETRY, 20, 1, 2",
        "START_FAILED,        FAILED,,,",
        "PORT_IN_USE,         RETRY, 20, 1, 2",
        "MOUNT_MISSING,       RETRY, 20, 1, 2",
        "POLICY_DENIED,       FAILED,,,",
        "DISK_FULL,           RETRY, 20, 1, 2",
        "KILLED_EXTERNALLY,   RETRY, 20, 1, 2",
        "ENGINE_LOST,         RETRY, 10, 1, 2",
    })
    void each_cause_has_its_default(
            Cause cause, String what, @Nullable Integer seconds, @Nullable Integer spent, @Nullable Integer free) {
        Retry.Decision expected = seconds != null && spent != null && free != null
                ? new RetryAfter(Duration.ofSeconds(seconds), new Counters(spent, free))
                : new Final(JobState.valueOf(what));

        assertThat(decide(cause, policy(3), new Counters(1, 1))).isEqualTo(expected);
    }

    @Test
    void a_job_that_one_host_refuses_goes_to_another_for_free() {
        Counters counters = new Counters(1, 4);

        assertThat(Retry.refused(Cause.POLICY_DENIED, policy(3), counters, MIDDLE))
                .isEqualTo(new Elsewhere(counters));
        assertThat(Retry.refused(Cause.START_FAILED, policy(3), counters, MIDDLE))
                .isEqualTo(new Elsewhere(counters));
    }

    @Test
    void a_rule_of_the_request_goes_before_another_host() {
        RetryPolicy fail = new RetryPolicy(3, TEN, List.of(new OnCause(List.of(Cause.START_FAILED), Action.FAIL)));

        assertThat(Retry.refused(Cause.START_FAILED, fail, NO_RETRY_YET, MIDDLE))
                .isEqualTo(new Final(JobState.FAILED));
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"DEVICE_ERROR", "ENGINE_LOST", "PREEMPTED", "HOST_LOST"})
    void a_cause_that_is_retried_at_once_does_not_wait_the_first_time(Cause cause) {
        assertThat(decide(cause, policy(1), NO_RETRY_YET))
                .isInstanceOfSatisfying(
                        RetryAfter.class, retry -> assertThat(retry.after()).isZero());
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"PREEMPTED", "HOST_LOST"})
    void a_cause_that_is_never_counted_is_retried_without_a_limit(Cause cause) {
        Counters counters = new Counters(2, 5);

        assertThat(decide(cause, policy(1), counters)).isEqualTo(new RetryAfter(Duration.ZERO, counters));
    }

    // Counting --------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 0, false", "2, 0, true", "2, 1, false", "3, 1, true", "3, 2, false"})
    void a_program_error_is_retried_while_the_request_allows_attempts(int maxAttempts, int spent, boolean retried) {
        assertThat(decide(Cause.PROGRAM_ERROR, policy(maxAttempts), new Counters(spent, 0)))
                .isInstanceOf(retried ? RetryAfter.class : Final.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {
                "DEVICE_ERROR",
                "IMAGE_PULL_FAILED",
                "PREPARE_TIMEOUT",
                "START_TIMEOUT",
                "PORT_IN_USE",
                "MOUNT_MISSING",
                "DISK_FULL",
                "ENGINE_LOST"
            })
    void after_five_free_retries_in_a_row_the_job_is_held(Cause cause) {
        assertThat(decide(cause, policy(1), new Counters(0, 4))).isInstanceOf(RetryAfter.class);
        assertThat(decide(cause, policy(1), new Counters(0, 5)))
                .isInstanceOfSatisfying(
                        Hold.class,
                        hold -> assertThat(hold.reason())
                                .contains(cause.name())
                                .contains("5")
                                .contains("release"));
    }

    @Test
    void a_job_killed_from_outside_is_held_after_two_kills() {
        assertThat(decide(Cause.KILLED_EXTERNALLY, policy(9), new Counters(0, 1)))
                .isInstanceOf(RetryAfter.class);
        assertThat(decide(Cause.KILLED_EXTERNALLY, policy(9), new Counters(0, 2)))
                .isInstanceOf(Hold.class);
    }

    @Test
    void a_spent_retry_resets_the_count_of_free_ones() {
        assertThat(decide(Cause.PROGRAM_ERROR, policy(3), new Counters(0, 4)))
                .isInstanceOfSatisfying(
                        RetryAfter.class, retry -> assertThat(retry.counters()).isEqualTo(new Counters(1, 0)));
    }

    // Backoff ---------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0, 10", "1, 20", "2, 40", "5, 320", "8, 2560", "9, 3600", "60, 3600", "2000000, 3600"})
    void the_backoff_doubles_up_to_an_hour(int spent, long seconds) {
        assertThat(decide(Cause.PROGRAM_ERROR, policy(Integer.MAX_VALUE), new Counters(spent, 0)))
                .isInstanceOfSatisfying(
                        RetryAfter.class, retry -> assertThat(retry.after()).isEqualTo(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @CsvSource({"0.0, 7500", "0.5, 10000", "1.0, 12500"})
    void jitter_moves_the_backoff_by_a_quarter_at_most(double jitter, long millis) {
        assertThat(Retry.decide(Cause.PROGRAM_ERROR, 1, policy(2), NO_RETRY_YET, jitter))
                .isEqualTo(new RetryAfter(Duration.ofMillis(millis), new Counters(1, 0)));
    }

    @Test
    void no_backoff_stays_none() {
        assertThat(Retry.decide(
                        Cause.PROGRAM_ERROR, 1, new RetryPolicy(5, Duration.ZERO, List.of()), new Counters(3, 0), 1))
                .isEqualTo(new RetryAfter(Duration.ZERO, new Counters(4, 0)));
    }

    // Rules of the request --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {
                "PROGRAM_ERROR",
                "OUT_OF_MEMORY",
                "GPU_OUT_OF_MEMORY",
                "TIME_LIMIT",
                "IMAGE_UNAVAILABLE",
                "IMAGE_BUILD_FAILED",
                "START_FAILED"
            })
    void a_rule_can_retry_a_failure_of_the_program_and_spends_a_retry(Cause cause) {
        RetryPolicy policy = policy(2, new OnCause(List.of(cause), Action.RETRY));

        assertThat(decide(cause, policy, NO_RETRY_YET)).isEqualTo(new RetryAfter(TEN, new Counters(1, 0)));
        assertThat(decide(cause, policy, new Counters(1, 0))).isEqualTo(new Final(JobState.FAILED));
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"PROGRAM_ERROR", "PORT_IN_USE", "KILLED_EXTERNALLY"})
    void a_rule_can_fail_a_cause_that_would_be_retried(Cause cause) {
        RetryPolicy policy = policy(9, new OnCause(List.of(cause), Action.FAIL));

        assertThat(decide(cause, policy, NO_RETRY_YET)).isEqualTo(new Final(JobState.FAILED));
    }

    @Test
    void a_rule_that_retries_kills_from_outside_keeps_them_free_and_limited() {
        RetryPolicy policy = policy(1, new OnCause(List.of(Cause.KILLED_EXTERNALLY), Action.RETRY));

        assertThat(decide(Cause.KILLED_EXTERNALLY, policy, NO_RETRY_YET))
                .isEqualTo(new RetryAfter(TEN, new Counters(0, 1)));
        assertThat(decide(Cause.KILLED_EXTERNALLY, policy, new Counters(0, 2))).isInstanceOf(Hold.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            mode = Mode.EXCLUDE,
            names = {
                "PROGRAM_ERROR",
                "OUT_OF_MEMORY",
                "GPU_OUT_OF_MEMORY",
                "TIME_LIMIT",
                "IMAGE_UNAVAILABLE",
                "IMAGE_BUILD_FAILED",
                "START_FAILED",
                "PORT_IN_USE",
                "KILLED_EXTERNALLY"
            })
    void a_rule_does_not_apply_to_causes_that_the_user_cannot_control(Cause cause) {
        for (Action action : Action.values()) {
            RetryPolicy withRule = policy(3, new OnCause(List.of(cause), action), new OnExitCode(List.of(1), action));

            assertThat(Retry.decide(cause, 1, withRule, NO_RETRY_YET, MIDDLE))
                    .isEqualTo(Retry.decide(cause, 1, policy(3), NO_RETRY_YET, MIDDLE));
        }
    }

    @Test
    void the_first_rule_that_matches_wins() {
        RetryPolicy policy = policy(
                3,
                new OnExitCode(List.of(2, 3), Action.FAIL),
                new OnCause(List.of(Cause.PROGRAM_ERROR), Action.RETRY),
                new OnExitCode(List.of(4), Action.FAIL));

        assertThat(Retry.decide(Cause.PROGRAM_ERROR, 3, policy, NO_RETRY_YET, MIDDLE))
                .isInstanceOf(Final.class);
        assertThat(Retry.decide(Cause.PROGRAM_ERROR, 4, policy, NO_RETRY_YET, MIDDLE))
                .isInstanceOf(RetryAfter.class);
    }

    @Test
    void a_rule_about_exit_codes_says_nothing_about_an_attempt_without_one() {
        RetryPolicy policy = policy(3, new OnExitCode(List.of(0, 1), Action.RETRY));

        assertThat(Retry.decide(Cause.IMAGE_BUILD_FAILED, null, policy, NO_RETRY_YET, MIDDLE))
                .isEqualTo(new Final(JobState.FAILED));
    }

    private static Retry.Decision decide(Cause cause, RetryPolicy policy, Counters counters) {
        return Retry.decide(cause, null, policy, counters, MIDDLE);
    }

    private static RetryPolicy policy(int maxAttempts, RetryPolicy.Rule... rules) {
        return new RetryPolicy(maxAttempts, TEN, List.of(rules));
    }
}
