package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttemptLifeTest {

    private final Yard yard = new Yard();
    private Incarnation me;

    @BeforeEach
    void host() {
        me = yard.register(AWorker.named("gpu-1").gpus(2));
    }

    @AfterEach
    void close() {
        yard.close();
    }

    // The paths -------------------------------------------------------------------------------------------------------

    @Test
    void success() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));

        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        assertThat(yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job)))
                .isEqualTo(Outcome.APPLIED);

        assertThat(yard.row(job))
                .containsEntry("state", "SUCCEEDED")
                .containsEntry("last_cause", "COMPLETED")
                .containsEntry("retries_spent", 0);
        assertThat(yard.row(attempt))
                .containsEntry("state", "ENDED")
                .containsEntry("cause", "COMPLETED")
                .containsEntry("exit_code", 0)
                .containsEntry("outputs_state", "COMPLETE")
                .containsEntry("image_digest", "sha256:1111")
                .containsEntry("container_id", "c0ffee")
                .containsEntry("outputs_location", "/srv/outputs/" + attempt);
        assertThat(yard.events(job))
                .containsExactly(
                        "job.accepted",
                        "job.queued",
                        "attempt.reserved",
                        "attempt.begun",
                        "image.ready",
                        "container.created",
                        "container.started",
                        "container.exited",
                        "attempt.ended",
                        "job.ended");
    }

    @Test
    void a_program_error_is_tried_again_after_a_backoff_and_in_its_old_place() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).maxAttempts(2));
        Object queuedAt = yard.row(job).get("queued_at");
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);

        yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job));

        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry("retries_spent", 1)
                .containsEntry("queued_at", queuedAt)
                .containsEntry("ended_at", null);
        assertThat(yard.sql("""
                        select extract(epoch from j.not_before - a.ended_at) from trainyard.job j
                        join trainyard.attempt a on a.job_id = j.id""").query(BigDecimal.class).single())
                .isBetween(BigDecimal.valueOf(9.9), BigDecimal.valueOf(30));
        assertThat(yard.plan().placed()).as("placed while backing off").isZero();

        yard.update("update trainyard.job set not_before = clock_timestamp()");
        AttemptId second = yard.place(job);

        assertThat(yard.attempt(second).number()).isEqualTo(2);
        assertThat(yard.events(job)).endsWith("attempt.ended", "job.queued", "attempt.reserved");
    }

    @Test
    void a_free_retry_is_counted_in_its_event() {
        JobId job = yard.submit(ARequest.named("mnist").maxAttempts(2));

        for (Cause cause : List.of(Cause.IMAGE_PULL_FAILED, Cause.HOST_LOST, Cause.DISK_FULL, Cause.PROGRAM_ERROR)) {
            yard.update("update trainyard.job set not_before = null");
            yard.attempts.ended(me, yard.collecting(me, job, Yard.EXIT_1), yard.end(cause, job));
        }

        assertThat(yard.texts("""
                        select concat_ws(' ', data ->> 'freeRetry', 'of', data ->> 'of') from trainyard.job_event
                        where type = 'job.queued' and data -> 'afterMillis' is not null order by seq""")).containsExactly("1 of 5", "of", "2 of 5", "of");
    }

    @Test
    void the_last_attempt_that_the_request_allows_fails_the_job() {
        JobId job = yard.submit(ARequest.named("mnist").maxAttempts(2));
        AttemptId first = yard.collecting(me, job, Yard.EXIT_1);
        yard.attempts.ended(me, first, yard.end(Cause.PROGRAM_ERROR, job));
        yard.update("update trainyard.job set not_before = null");

        AttemptId second = yard.collecting(me, job, Yard.EXIT_1);
        yard.attempts.ended(me, second, yard.end(Cause.PROGRAM_ERROR, job));

        assertThat(yard.row(job))
                .containsEntry("state", "FAILED")
                .containsEntry("attempts", 2)
                .containsEntry("retries_spent", 1);
    }

    @Test
    void a_build_that_fails_fails_the_job_and_frees_everything() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(2).maxAttempts(3));
        AttemptId attempt = yard.prepared(me, job);

        assertThat(yard.attempts.failed(me, attempt, yard.end(Cause.IMAGE_BUILD_FAILED, job)))
                .isEqualTo(Outcome.APPLIED);

        assertThat(yard.state(job)).isEqualTo("FAILED");
        assertThat(yard.held(attempt)).isEmpty();
        assertThat(yard.events(job)).endsWith("attempt.begun", "attempt.ended", "job.ended");
    }

    @Test
    void a_reserved_attempt_fails_without_an_engine() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.place(job);

        assertThat(yard.attempts.failed(me, attempt, yard.end(Cause.DISK_FULL, job)))
                .isEqualTo(Outcome.APPLIED);

        assertThat(yard.row(job)).containsEntry("state", "QUEUED").containsEntry("free_in_a_row", 1);
    }

    @Test
    void a_job_that_is_killed_a_third_time_in_a_row_is_held_with_the_reason() {
        JobId job = yard.submit(ARequest.named("mnist"));
        for (int kill = 1; kill <= 3; kill++) {
            AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);
            yard.attempts.ended(me, attempt, yard.end(Cause.KILLED_EXTERNALLY, job));
            yard.update("update trainyard.job set not_before = null");
        }

        assertThat(yard.row(job)).containsEntry("state", "HELD").containsEntry("retries_spent", 0);
        assertThat(yard.text("select hold_reason from trainyard.job")).contains("KILLED_EXTERNALLY", "release");
        assertThat(yard.events(job)).endsWith("attempt.ended", "job.held");

        yard.jobs.release(job);
        assertThat(yard.row(job)).containsEntry("free_in_a_row", 0).containsEntry("hold_reason", null);
        assertThat(yard.plan().placed()).isOne();
    }

    @Test
    void a_preempted_job_waits_at_once_and_spends_nothing() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);

        yard.attempts.ended(me, attempt, yard.end(Cause.PREEMPTED, job));

        assertThat(yard.row(job)).containsEntry("retries_spent", 0).containsEntry("free_in_a_row", 0);
        assertThat(yard.plan().placed()).isOne();
    }

    // What is held and when it is free -------------------------------------------------------------------------------

    @Test
    void devices_slot_and_port_are_free_once_the_container_is_dead_and_the_location_once_its_outputs_are_gathered() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(2).hostPort(6006).outputsAt("/logs/run-7"));
        AttemptId attempt = yard.running(me, job);
        assertThat(yard.held(attempt))
                .containsExactly(
                        "DEVICE gpu-1-gpu-0",
                        "DEVICE gpu-1-gpu-1",
                        "LOCATION *//logs/run-7",
                        "PORT */tcp/6006",
                        "SLOT */0");

        yard.attempts.exited(me, attempt, Yard.EXIT_0);
        assertThat(yard.held(attempt)).containsExactly("LOCATION *//logs/run-7");

        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));
        assertThat(yard.held(attempt)).isEmpty();
    }

    @Test
    void the_next_job_gets_the_devices_while_the_former_ones_outputs_are_gathered() {
        JobId former = yard.submit(ARequest.named("former").gpus(2));
        AttemptId collecting = yard.collecting(me, former, Yard.EXIT_0);
        JobId next = yard.submit(ARequest.named("next").gpus(2));

        AttemptId running = yard.running(me, next);

        assertThat(yard.attempts.unfinishedOf(me.worker()))
                .extracting(Attempt::id)
                .containsExactlyInAnyOrder(collecting, running);
    }

    // What the row tells ---------------------------------------------------------------------------------------------

    @Test
    void an_attempt_tells_its_worker_all_that_it_needs() {
        me = yard.register(AWorker.named("mixed")
                .device("GPU-b", 1, "GPU")
                .device("GPU-a", 0, "GPU")
                .device("slot-2", 2, "SLOT")
                .slots(3));
        JobId job = yard.submit(ARequest.named("mnist").gpus(3));

        AttemptId id = yard.running(me, job);

        Attempt attempt = yard.attempt(id);
        assertThat(attempt.devices())
                .containsExactly(
                        new Attempt.Device("GPU-a", false),
                        new Attempt.Device("GPU-b", false),
                        new Attempt.Device("slot-2", true));
        assertThat(yard.attempts.request(job)).contains("mnist");
        assertThat(attempt.engineStartedAt()).isEqualTo(Yard.ENGINE_STARTED);
        assertThat(yard.workerOf(id)).isEqualTo(me.worker());
        assertThat(attempt.exitCode()).isNull();
        assertThat(attempt.oomKilled()).isNull();
        assertThat(yard.row(id).get("argv")).hasToString("[\"python\", \"main.py\"]");
    }

    @Test
    void an_exit_is_kept_with_all_its_evidence() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);

        yard.attempts.exited(
                me,
                attempt,
                new AttemptStore.Exit(
                        137, true, "cannot kill\0", Yard.ENGINE_STARTED.plusSeconds(9), false, null, null, null));

        assertThat(yard.row(attempt))
                .containsEntry("exit_code", 137)
                .containsEntry("oom_killed", true)
                .containsEntry("engine_error", "cannot kill\ufffd")
                .containsEntry("engine_finished_at", Timestamp.from(Yard.ENGINE_STARTED.plusSeconds(9)));
    }

    @Test
    void an_exit_that_could_not_be_read_is_recorded_as_unknown() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);

        yard.attempts.exited(me, attempt, new AttemptStore.Exit(null, false, null, null, false, null, null, null));

        assertThat(yard.attempt(attempt).exitCode()).isNull();
        assertThat(yard.attempt(attempt).state()).isEqualTo(AttemptState.COLLECTING);
    }

    @Test
    void a_detail_with_characters_that_postgres_cannot_store_is_kept() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.prepared(me, job);

        yard.attempts.failed(
                me,
                attempt,
                new AttemptStore.End(
                        Cause.IMAGE_BUILD_FAILED,
                        "step 3: \0\ud800",
                        null,
                        yard.end(Cause.IMAGE_BUILD_FAILED, job).retry()));

        assertThat(yard.row(attempt)).containsEntry("detail", "step 3: \ufffd\ufffd");
        assertThat(yard.text("select data ->> 'detail' from trainyard.job_event where type = 'attempt.ended'"))
                .isEqualTo("step 3: \ufffd\ufffd");
    }

    @Test
    void times_of_an_attempt_are_in_order_also_when_the_clock_stepped_back() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(me, job);
        yard.update("update trainyard.attempt set started_at = clock_timestamp() + interval '1 hour'");
        yard.update("update trainyard.reservation set reserved_at = clock_timestamp() + interval '1 hour'");

        yard.attempts.exited(me, attempt, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        assertThat(yard.sql("select started_at <= exited_at and exited_at <= ended_at from trainyard.attempt")
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(yard.sql("select bool_and(reserved_at <= released_at) from trainyard.reservation")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    // Once is enough, and from the right state only ------------------------------------------------------------------

    @Test
    void every_transition_may_be_repeated_since_a_commits_answer_can_be_lost() {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.place(job);

        twice(() -> yard.attempts.begin(me, attempt, "/srv/outputs"));
        twice(() -> yard.attempts.imaged(me, attempt, "sha256:1111"));
        twice(() -> yard.attempts.created(me, attempt, "c0ffee", "ty-mnist"));
        twice(() -> yard.attempts.started(me, attempt, Yard.ENGINE_STARTED, List.of()));
        twice(() -> yard.attempts.stop(me, attempt, StopReason.TIME_LIMIT));
        twice(() -> yard.attempts.signalled(me, attempt, Duration.ofSeconds(10)));
        twice(() -> yard.attempts.exited(me, attempt, Yard.EXIT_1));
        twice(() -> yard.attempts.ended(me, attempt, yard.end(Cause.TIME_LIMIT, job)));

        assertThat(yard.events(job)).doesNotHaveDuplicates();
        assertThat(yard.row(job)).containsEntry("state", "FAILED");
    }

    @Test
    void failing_may_be_repeated_too() {
        JobId job = yard.submit(ARequest.named("mnist").maxAttempts(3));
        AttemptId attempt = yard.place(job);

        twice(() -> yard.attempts.failed(me, attempt, yard.end(Cause.MOUNT_MISSING, job)));

        assertThat(yard.row(job)).containsEntry("free_in_a_row", 1);
        assertThat(yard.events(job)).containsOnlyOnce("attempt.ended");
    }

    @Test
    void the_first_of_two_ends_is_kept() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.running(me, job);

        yard.attempts.exited(me, attempt, Yard.EXIT_1);
        yard.attempts.exited(me, attempt, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job));
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        assertThat(yard.row(attempt)).containsEntry("exit_code", 1).containsEntry("cause", "PROGRAM_ERROR");
        assertThat(yard.state(job)).isEqualTo("FAILED");
    }

    private static void twice(Supplier<Outcome> transition) {
        assertThat(transition.get()).isEqualTo(Outcome.APPLIED);
        assertThat(transition.get()).isEqualTo(Outcome.APPLIED);
    }

    @ParameterizedTest
    @EnumSource(AttemptState.class)
    void a_transition_from_another_state_is_stale_and_changes_nothing(AttemptState state) {
        JobId job = yard.submit(ARequest.named("mnist").gpus(1).maxAttempts(3));
        AttemptId attempt = in(state, job);
        var before = yard.row(attempt);
        List<String> events = yard.events(job);

        Stream<Supplier<Outcome>> stale = switch (state) {
            case RESERVED ->
                Stream.of(this::imaged, this::created, this::started, this::signalled, this::exited, this::ended);
            case PREPARING -> Stream.of(this::signalled, this::exited, this::ended);
            case RUNNING ->
                Stream.of(this::begin, this::imaged, this::created, this::signalled, this::ended, this::failed);
            case COLLECTING ->
                Stream.of(
                        this::begin,
                        this::imaged,
                        this::created,
                        this::started,
                        this::stop,
                        this::signalled,
                        this::failed);
            case ENDED ->
                Stream.of(
                        this::begin,
                        this::imaged,
                        this::created,
                        this::started,
                        this::stop,
                        this::signalled,
                        this::exited);
        };

        assertThat(stale.map(Supplier::get)).containsOnly(Outcome.STALE);
        assertThat(yard.row(attempt)).isEqualTo(before);
        assertThat(yard.events(job)).isEqualTo(events);
    }

    private AttemptId in(AttemptState state, JobId job) {
        return switch (state) {
            case RESERVED -> yard.place(job);
            case PREPARING -> yard.prepared(me, job);
            case RUNNING -> yard.running(me, job);
            case COLLECTING -> yard.collecting(me, job, Yard.EXIT_1);
            case ENDED -> {
                AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);
                yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job));
                yield attempt;
            }
        };
    }

    private AttemptId only() {
        return AttemptId.parse(yard.text("select id::text from trainyard.attempt"));
    }

    private JobId onlyJob() {
        return JobId.parse(yard.text("select id::text from trainyard.job"));
    }

    private Outcome begin() {
        return yard.attempts.begin(me, only(), "/elsewhere");
    }

    private Outcome imaged() {
        return yard.attempts.imaged(me, only(), "sha256:2222");
    }

    private Outcome created() {
        return yard.attempts.created(me, only(), "decaf", "ty-other");
    }

    private Outcome started() {
        return yard.attempts.started(me, only(), Yard.ENGINE_STARTED, List.of());
    }

    private Outcome stop() {
        return yard.attempts.stop(me, only(), StopReason.TIME_LIMIT);
    }

    private Outcome signalled() {
        return yard.attempts.signalled(me, only(), Duration.ofSeconds(10));
    }

    private Outcome exited() {
        return yard.attempts.exited(me, only(), Yard.EXIT_0);
    }

    private Outcome ended() {
        return yard.attempts.ended(me, only(), yard.end(Cause.COMPLETED, onlyJob()));
    }

    private Outcome failed() {
        return yard.attempts.failed(me, only(), yard.end(Cause.START_FAILED, onlyJob()));
    }

    @Test
    void the_attempt_of_another_worker_is_refused() {
        Incarnation other = yard.register(AWorker.named("gpu-2"));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.place(job);
        assertThat(yard.workerOf(attempt)).isEqualTo(me.worker());

        assertThatThrownBy(() -> yard.attempts.begin(other, attempt, "/srv/outputs"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(attempt.toString())
                .hasMessageContaining(me.worker().toString());
    }

    // Stopping --------------------------------------------------------------------------------------------------------

    @Test
    void the_first_reason_to_stop_wins() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));

        yard.attempts.stop(me, attempt, StopReason.PREEMPTED);
        yard.attempts.stop(me, attempt, StopReason.TIME_LIMIT);

        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.PREEMPTED);
    }

    @Test
    void a_start_voids_the_deadline_of_the_preparation() {
        AttemptId attempt = yard.prepared(me, yard.submit(ARequest.named("mnist")));
        yard.attempts.created(me, attempt, "c0ffee", "ty-mnist");
        yard.attempts.stop(me, attempt, StopReason.PREPARE_TIMEOUT);

        yard.attempts.started(me, attempt, Yard.ENGINE_STARTED, List.of());

        assertThat(yard.row(attempt)).containsEntry("stop_reason", null).containsEntry("stop_requested_at", null);
    }

    @Test
    void a_start_voids_no_other_reason_to_stop() {
        AttemptId attempt = yard.prepared(me, yard.submit(ARequest.named("mnist")));
        yard.attempts.created(me, attempt, "c0ffee", "ty-mnist");
        yard.attempts.stop(me, attempt, StopReason.PREEMPTED);

        yard.attempts.started(me, attempt, Yard.ENGINE_STARTED, List.of());

        assertThat(yard.attempt(attempt).stopReason()).isEqualTo(StopReason.PREEMPTED);
    }

    @Test
    void the_time_of_the_first_signal_stays() {
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        yard.attempts.stop(me, attempt, StopReason.TIME_LIMIT);

        yard.attempts.signalled(me, attempt, Duration.ofSeconds(10));
        Object first = yard.row(attempt).get("stop_signalled_at");
        yard.attempts.signalled(me, attempt, Duration.ofSeconds(10));

        assertThat(yard.row(attempt)).containsEntry("stop_signalled_at", first);
        assertThat(yard.attempt(attempt).stopSignalled()).isTrue();
    }

    // Hold, release, priority -----------------------------------------------------------------------------------------

    @Test
    void a_held_job_is_not_placed_until_it_is_released() {
        JobId job = yard.submit(ARequest.named("mnist"));

        assertThat(yard.jobs.hold(job, "let me look")).isEqualTo(JobStore.Change.DONE);
        assertThat(yard.plan().placed()).isZero();
        assertThat(yard.jobs.hold(job, "again")).isEqualTo(JobStore.Change.DONE);
        assertThat(yard.row(job)).containsEntry("hold_reason", "let me look");

        assertThat(yard.jobs.release(job)).isEqualTo(JobStore.Change.DONE);
        assertThat(yard.plan().placed()).isOne();
    }

    @Test
    void a_hold_on_a_running_job_takes_effect_when_it_would_be_queued_again() {
        JobId job = yard.submit(ARequest.named("mnist").maxAttempts(3));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);

        assertThat(yard.jobs.hold(job, "let me look")).isEqualTo(JobStore.Change.REMEMBERED);
        assertThat(yard.state(job)).isEqualTo("RUNNING");
        yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job));

        assertThat(yard.row(job))
                .containsEntry("state", "HELD")
                .containsEntry("hold_reason", "let me look")
                .containsEntry("retries_spent", 1);
        assertThat(yard.events(job)).contains("job.hold-requested").endsWith("attempt.ended", "job.held");
    }

    @Test
    void a_hold_on_a_running_job_that_completes_is_over() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        yard.jobs.hold(job, "let me look");

        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        assertThat(yard.row(job)).containsEntry("state", "SUCCEEDED").containsEntry("hold_reason", null);
    }

    @Test
    void a_hold_on_a_running_job_can_be_taken_back() {
        JobId job = yard.submit(ARequest.named("mnist").maxAttempts(3));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_1);
        yard.jobs.hold(job, "let me look");

        assertThat(yard.jobs.release(job)).isEqualTo(JobStore.Change.DONE);
        yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job));

        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void an_ended_or_unknown_job_cannot_be_held_released_or_moved() {
        JobId ended = yard.submit(ARequest.named("mnist"));
        yard.jobs.cancel(ended, null, JobStore.Kill.NEVER);
        JobId unknown = ARequest.named("other").id();

        assertThat(yard.jobs.hold(ended, "why")).isEqualTo(JobStore.Change.ALREADY_ENDED);
        assertThat(yard.jobs.release(ended)).isEqualTo(JobStore.Change.ALREADY_ENDED);
        assertThat(yard.jobs.prioritise(ended, 1)).isEqualTo(JobStore.Change.ALREADY_ENDED);
        assertThat(yard.jobs.hold(unknown, "why")).isEqualTo(JobStore.Change.UNKNOWN);
        assertThat(yard.jobs.release(unknown)).isEqualTo(JobStore.Change.UNKNOWN);
        assertThat(yard.jobs.prioritise(unknown, 1)).isEqualTo(JobStore.Change.UNKNOWN);
    }

    @Test
    void a_job_that_is_moved_up_is_placed_first() {
        yard.submit(ARequest.named("first").gpus(2));
        JobId second = yard.submit(ARequest.named("second").gpus(2));

        assertThat(yard.jobs.prioritise(second, 900)).isEqualTo(JobStore.Change.DONE);
        yard.plan();

        assertThat(yard.state(second)).isEqualTo("RUNNING");
    }

    @Test
    void the_steps_view_shows_the_time_between_the_stages() {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        assertThat(yard.texts(
                        "select step from history.steps where attempt_id = ? and duration >= interval '0'",
                        attempt.value()))
                .containsExactlyInAnyOrder("reserve", "image", "container", "outputs");
        assertThat(Objects.requireNonNull(
                        yard.sql("select extract(epoch from sum(duration))::float8 from history.steps")
                                .query(Double.class)
                                .single()))
                .isLessThan(Duration.ofMinutes(10).toSeconds());
    }
}
