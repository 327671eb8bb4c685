package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AfterAttempt.Again;
import dev.trainyard.core.lifecycle.AfterAttempt.FreeRetry;
import dev.trainyard.core.lifecycle.AfterAttempt.Held;
import dev.trainyard.core.lifecycle.AfterAttempt.Over;
import dev.trainyard.core.lifecycle.AfterAttempt.Queued;
import dev.trainyard.core.lifecycle.Retry.Counters;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AfterAttemptTest {

    private static final Counters BEFORE = new Counters(1, 2);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void a_final_decision_ends_the_job() {
        assertThat(after(Cause.PROGRAM_ERROR, new Retry.Final(JobState.FAILED))).isEqualTo(new Over(JobState.FAILED));
    }

    @Test
    void a_requested_hold_does_not_keep_a_job_from_being_over() {
        assertThat(after(Cause.COMPLETED, false, "look at it", new Retry.Final(JobState.SUCCEEDED)))
                .isEqualTo(new Over(JobState.SUCCEEDED));
    }

    @Test
    void a_cancellation_ends_the_job_for_every_retry_decision() {
        assertThat(after(Cause.HOST_LOST, true, "look at it", new Retry.RetryAfter(MINUTE, BEFORE)))
                .isEqualTo(new Over(JobState.CANCELLED));
    }

    @Test
    void a_program_that_was_done_before_its_cancellation_has_succeeded() {
        assertThat(after(Cause.COMPLETED, true, null, new Retry.Final(JobState.SUCCEEDED)))
                .isEqualTo(new Over(JobState.SUCCEEDED));
    }

    @Test
    void a_retry_that_is_spent_is_queued_and_not_counted_as_free() {
        Counters spent = new Counters(2, 0);

        assertThat(after(Cause.PROGRAM_ERROR, new Retry.RetryAfter(MINUTE, spent)))
                .isEqualTo(new Queued(new Again(spent, MINUTE, false), null));
    }

    @Test
    void a_free_retry_says_which_it_is_of_how_many() {
        Counters free = new Counters(1, 3);

        assertThat(after(Cause.DISK_FULL, new Retry.RetryAfter(MINUTE, free)))
                .isEqualTo(new Queued(new Again(free, MINUTE, false), new FreeRetry(3, 5)));
    }

    @Test
    void a_retry_that_is_never_counted_is_none_of_the_free_ones() {
        assertThat(after(Cause.HOST_LOST, new Retry.RetryAfter(Duration.ZERO, BEFORE)))
                .isEqualTo(new Queued(new Again(BEFORE, Duration.ZERO, false), null));
    }

    @Test
    void a_retry_of_a_job_with_a_requested_hold_waits_until_it_is_released() {
        Counters spent = new Counters(2, 0);

        assertThat(after(Cause.PROGRAM_ERROR, false, "look at it", new Retry.RetryAfter(MINUTE, spent)))
                .isEqualTo(new Held("look at it", new Again(spent, MINUTE, false)));
    }

    @Test
    void a_job_whose_free_retries_are_used_up_is_held_with_its_counters_as_they_are() {
        assertThat(after(Cause.DISK_FULL, false, "look at it", new Retry.Hold("DISK_FULL again")))
                .isEqualTo(new Held("DISK_FULL again", null));
    }

    @Test
    void a_job_that_its_host_refused_is_queued_at_once_for_another() {
        assertThat(after(Cause.POLICY_DENIED, new Retry.Elsewhere(BEFORE)))
                .isEqualTo(new Queued(new Again(BEFORE, Duration.ZERO, true), null));
    }

    private static AfterAttempt after(Cause cause, Retry.Decision decision) {
        return after(cause, false, null, decision);
    }

    private static AfterAttempt after(Cause cause, boolean cancelled, @Nullable String hold, Retry.Decision decision) {
        return AfterAttempt.of(cause, cancelled, hold, BEFORE, counters -> {
            assertThat(counters).isEqualTo(BEFORE);
            return decision;
        });
    }
}
