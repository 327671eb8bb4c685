package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.request.JobId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class DeadlinesTest {

    private final Yard yard = new Yard();
    private Incarnation me;

    @BeforeEach
    void host() {
        me = yard.register(AWorker.named("gpu-1").gpus(2));
        yard.plans.observe();
    }

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void an_attempt_that_its_worker_does_not_take_up_within_a_minute_ends_and_frees_everything() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).outputsAt("/logs/run-7"));
        AttemptId attempt = yard.place(job);
        yard.ago(attempt, "61 seconds");

        yard.plans.observe();

        assertThat(yard.cause(attempt)).isEqualTo("START_TIMEOUT");
        assertThat(yard.held(attempt)).isEmpty();
        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry("free_in_a_row", 1)
                .containsEntry("retries_spent", 0)
                .doesNotContainEntry("not_before", null);
        assertThat(yard.events(job)).endsWith("attempt.reserved", "attempt.ended", "job.queued");
    }

    @Test
    void an_attempt_whose_request_only_a_later_release_can_read_ends_as_well_and_holds_up_nothing() {
        AttemptId attempt = yard.place(yard.submit(ARequest.named("mnist")));
        yard.ago(attempt, "61 seconds");
        yard.update("update trainyard.job set request = '{\"schema\": \"trainyard.request/v9\"}'");

        yard.plans.observe();

        assertThat(yard.cause(attempt)).isEqualTo("START_TIMEOUT");
    }

    @Test
    void before_a_minute_is_over_nothing_happens() {
        AttemptId attempt = yard.place(yard.submit(ARequest.named("mnist")));
        yard.ago(attempt, "50 seconds");

        yard.plans.observe();

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RESERVED);
    }

    @Test
    void a_job_that_was_cancelled_and_never_taken_up_ends_cancelled() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.place(job);
        yard.jobs.cancel(job, "ada", JobStore.Kill.NEVER);
        yard.ago(attempt, "61 seconds");

        yard.plans.observe();

        assertThat(yard.state(job)).isEqualTo("CANCELLED");
        assertThat(yard.cause(attempt)).isEqualTo("START_TIMEOUT");
    }

    @Test
    void a_worker_that_begins_at_the_last_moment_wins() throws Exception {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.place(job);
        yard.ago(attempt, "61 seconds");

        yard.meanwhile(
                "select id from trainyard.job where id = ? for update",
                "update trainyard.attempt set state = 'PREPARING', begun_at = clock_timestamp() where job_id = ?",
                job.value(),
                () -> {
                    yard.plans.observe();
                    return true;
                });

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.PREPARING);
    }

    @Test
    void a_begin_after_the_deadline_was_enforced_is_stale() {
        AttemptId attempt = yard.place(yard.submit(ARequest.named("mnist")));
        yard.ago(attempt, "61 seconds");
        yard.plans.observe();

        assertThat(yard.attempts.begin(me, attempt, "/srv/outputs")).isEqualTo(Outcome.STALE);
    }

    @Test
    void a_preparation_that_takes_longer_than_an_hour_is_to_be_stopped_and_only_its_worker_ends_it() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.prepared(me, job);
        yard.ago(attempt, "61 minutes");

        yard.plans.observe();
        yard.plans.observe();

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.PREPARING);
        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.PREPARE_TIMEOUT);
        assertThat(yard.held(attempt)).contains("DEVICE gpu-1-gpu-0");
        assertThat(yard.events(job)).containsOnlyOnce("attempt.stopping");
        yard.attempts.failed(me, attempt, yard.end(Cause.PREPARE_TIMEOUT, job));
        assertThat(yard.row(job)).containsEntry("state", "QUEUED").containsEntry("free_in_a_row", 1);
    }

    @Test
    void a_preparation_that_is_being_stopped_keeps_its_first_reason() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.prepared(me, job);
        yard.jobs.cancel(job, null, JobStore.Kill.NEVER);
        yard.ago(attempt, "61 minutes");

        yard.plans.observe();

        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.CANCELLED);
    }

    @Test
    void no_deadline_of_the_planner_ends_a_running_or_collecting_attempt() {
        AttemptId running = yard.running(me, yard.submit(ARequest.named("running")));
        AttemptId collecting = yard.collecting(me, yard.submit(ARequest.named("collecting")), Yard.EXIT_0);
        yard.ago(running, "10 days");
        yard.ago(collecting, "5 hours");

        yard.plans.observe();

        assertThat(yard.attempt(running).stopReason()).isNull();
        assertThat(yard.attempt(collecting).state()).isEqualTo(AttemptState.COLLECTING);
    }

    // Nobody watching -------------------------------------------------------------------------------------------------

    @Test
    void time_without_an_observing_planner_does_not_count_for_deadlines() {
        AttemptId attempt = yard.place(yard.submit(ARequest.named("mnist")));
        yard.update("update trainyard.attempt set state_since = state_since - interval '1 hour'");
        yard.update("""
                update trainyard.installation
                set serving_since = serving_since - interval '1 day', last_cycle = clock_timestamp() - interval '16 seconds'""");

        yard.plans.observe();

        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.RESERVED);
        yard.update("update trainyard.installation set serving_since = serving_since - interval '61 seconds'");
        yard.plans.observe();
        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.ENDED);
    }

    @Test
    void the_watch_goes_on_as_long_as_its_stamps_come_within_15_seconds() {
        yard.update("""
                update trainyard.installation
                set serving_since = serving_since - interval '1 day', last_cycle = clock_timestamp() - interval '10 seconds'""");

        yard.plans.observe();

        assertThat(yard.sql("""
                        select serving_since < clock_timestamp() - interval '12 hours'
                           and last_cycle > clock_timestamp() - interval '5 seconds' from trainyard.installation""").query(Boolean.class).single()).isTrue();
    }

    @Test
    void the_first_watch_of_an_installation_begins_now() {
        yard.update("update trainyard.installation set serving_since = '2020-01-01', last_cycle = null");

        yard.plans.observe();

        assertThat(yard.sql(
                                "select serving_since > clock_timestamp() - interval '5 minutes' from trainyard.installation")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void a_failure_for_one_deadline_does_not_stop_the_others() {
        AttemptId attempt = yard.place(yard.submit(ARequest.named("mnist")));
        yard.ago(attempt, "61 seconds");
        yard.update(
                "update trainyard.installation set last_cycle = clock_timestamp() - interval '10 seconds', serving_since = clock_timestamp() - interval '1 hour'");
        // Whatever makes it impossible.
        yard.update(
                "alter table trainyard.job_event add constraint no_more_events check (type <> 'attempt.ended') not valid");
        try {
            assertThatThrownBy(yard.plans::observe).isInstanceOf(DataAccessException.class);
        } finally {
            yard.update("alter table trainyard.job_event drop constraint no_more_events");
        }

        assertThat(yard.sql("select last_cycle > clock_timestamp() - interval '5 seconds' from trainyard.installation")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void while_another_planner_observes_there_is_no_timestamp() throws Exception {
        yard.update("update trainyard.installation set last_cycle = null");

        yard.plans.cycle(snapshot -> {
            try {
                yard.async(() -> {
                            yard.plans.observe();
                            return true;
                        })
                        .get();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return new Plan(List.of(), Map.of());
        });

        assertThat(yard.sql("select last_cycle is null from trainyard.installation")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void a_cycle_that_the_database_ends_for_idling_says_that_and_no_outage_of_the_database() {
        RuntimeException ended = catchThrowableOfType(
                RuntimeException.class,
                () -> yard.plans.cycle(snapshot -> {
                    awaitNoIdleTransaction();
                    return new Plan(List.of(), Map.of());
                }));

        assertThat(Outage.isAway(ended)).isFalse();
        assertThat(Outage.isTransient(ended)).isTrue();
        assertThat(Outage.words(ended)).isEqualTo("terminating connection due to idle-in-transaction timeout");
    }

    /** From another thread: this one's statements would go through the transaction itself. */
    private void awaitNoIdleTransaction() {
        try {
            yard.async(() -> {
                        Await.until(() -> yard.texts("""
                                select pid from pg_stat_activity
                                where datname = current_database() and state = 'idle in transaction'""").isEmpty());
                        return true;
                    })
                    .get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // When to look again ----------------------------------------------------------------------------------------------

    @Test
    void a_job_that_comes_due_while_a_cycle_plans_is_not_forgotten_until_the_next_slow_poll() {
        JobId job = yard.submit(ARequest.named("mnist"));
        yard.update("update trainyard.job set not_before = clock_timestamp() + interval '1 hour'");

        PlanStore.Cycle cycle = yard.plans
                .cycle(snapshot -> {
                    yard.update("update trainyard.job set not_before = clock_timestamp() where id = ?", job.value());
                    return new Plan(List.of(), Map.of());
                })
                .orElseThrow();

        assertThat(cycle.nextDue()).isNotNull();
        assertThat(cycle.nextDue()).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void a_planner_may_make_the_partitions_of_the_months_to_come() {
        yard.plans.keepHouse();

        assertThat(yard.sql("select count(*) from pg_inherits where inhparent = 'trainyard.job_event'::regclass")
                        .query(Integer.class)
                        .single())
                .isGreaterThanOrEqualTo(4);
    }
}
