package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.plan.WantedImage;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.training.ImageSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A job that names an image is placed where that is, and while it is fetched nothing is reserved. */
class HostImagesTest {

    private static final WantedImage MODEL = WantedImage.parse("registry.example/team/model:1");

    private final Yard yard = new Yard();
    private final HostImages images = new HostImages(yard.database);

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void the_image_is_wanted_first_and_the_job_placed_when_the_host_says_that_it_is_there() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        JobId job = submit("mnist");

        yard.plan();
        assertThat(images.due(me.worker())).containsExactly(MODEL);
        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry(
                        "waiting_because",
                        "waiting for image %s: gpu-1: has been asked for it and has not answered yet"
                                .formatted(MODEL.text()));

        images.present(me, MODEL);
        yard.plan();

        assertThat(images.due(me.worker())).isEmpty();
        assertThat(yard.state(job)).isEqualTo("RUNNING");
    }

    @Test
    void a_name_that_a_build_of_the_jobs_team_gave_is_there_on_that_host_and_for_that_team_only() {
        Incarnation large = yard.register(AWorker.named("gpu-1").gpus(3).fetching());
        Incarnation small =
                yard.register(AWorker.named("gpu-2").engine("engine-2").gpus(2).fetching());
        new BuiltImageStore(yard.database, small.worker(), "engine-2").name(MODEL.text(), "vision", "sha256:1");
        JobId ours = yard.submit(image("ours").team("vision"));
        JobId theirs = yard.submit(image("theirs").team("speech"));
        JobId nobodys = submit("nobodys");

        yard.plan();

        assertThat(yard.state(ours)).isEqualTo("RUNNING");
        assertThat(yard.texts("select w.name from trainyard.attempt a join trainyard.worker w on w.id = a.worker_id"))
                .containsExactly("gpu-2");
        assertThat(List.of(yard.state(theirs), yard.state(nobodys))).containsOnly("QUEUED");
        assertThat(images.due(large.worker())).containsExactly(MODEL);
    }

    @Test
    void a_worker_of_an_earlier_release_gets_its_jobs_as_before() {
        yard.register(AWorker.named("gpu-1").gpus(1));

        assertThat(yard.place(submit("mnist"))).isNotNull();
    }

    @Test
    void two_jobs_share_a_fetch_and_both_are_told_how_far_it_is() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2).fetching());
        JobId first = submit("first");
        JobId second = submit("second");
        yard.plan();

        images.fetching(me, MODEL, "pulling: 3 of 7 layers");
        yard.plan();

        assertThat(List.of(first, second))
                .allSatisfy(job -> assertThat((String) yard.row(job).get("waiting_because"))
                        .endsWith("gpu-1: is fetching it, pulling: 3 of 7 layers"));
        assertThat(yard.texts("select reference from trainyard.host_image")).containsExactly(MODEL.text());
    }

    @Test
    void a_fetch_that_a_dead_process_left_is_due_for_the_next() {
        Incarnation before = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        submit("mnist");
        yard.plan();
        images.fetching(before, MODEL, "");

        assertThat(images.due(before.worker())).containsExactly(MODEL);
    }

    @Test
    void each_failure_that_passes_is_a_free_retry_with_nothing_reserved_and_the_last_one_holds_the_job() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        JobId job = submit("mnist");
        for (int failure = 1; failure <= 6; failure++) {
            yard.plan();
            assertThat(yard.state(job)).as("before failure %d", failure).isEqualTo("QUEUED");
            images.failed(me, MODEL, Cause.IMAGE_PULL_FAILED, "connection refused", Duration.ZERO, Duration.ofHours(1));
            yard.plan();
            yard.update("update trainyard.job set not_before = null");
        }

        assertThat(yard.state(job)).isEqualTo("HELD");
        assertThat(yard.texts("select distinct cause || ': ' || detail from trainyard.attempt"))
                .singleElement()
                .asString()
                .startsWith("IMAGE_PULL_FAILED: connection refused");
        assertThat(yard.row(job)).containsEntry("attempts", 6).containsEntry("retries_spent", 0);
        assertThat(yard.texts("select key from trainyard.reservation")).isEmpty();
    }

    @Test
    void a_failure_that_the_job_already_knows_has_no_effect() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        JobId job = submit("mnist");
        yard.plan();
        images.failed(
                me, MODEL, Cause.IMAGE_PULL_FAILED, "connection refused", Duration.ofHours(1), Duration.ofMinutes(1));

        yard.plan();
        yard.plan();

        assertThat(yard.row(job)).containsEntry("state", "QUEUED").containsEntry("attempts", 0);
        assertThat((String) yard.row(job).get("waiting_because")).contains("gpu-1: connection refused; next try at ");
    }

    @Test
    void a_permanent_failure_ends_the_job_by_its_cause_and_is_tried_again_for_a_later_job() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        JobId job = submit("mnist");
        yard.plan();
        images.failed(me, MODEL, Cause.IMAGE_UNAVAILABLE, "manifest unknown");

        yard.plan();

        assertThat(yard.state(job)).isEqualTo("FAILED");
        assertThat(yard.events(job))
                .containsExactly("job.accepted", "job.queued", "attempt.reserved", "attempt.ended", "job.ended");
        assertThat(images.due(me.worker())).isEmpty();

        submit("later");
        yard.plan();
        assertThat(images.due(me.worker())).containsExactly(MODEL);
    }

    @Test
    void a_failure_that_passes_is_tried_again_only_while_a_job_waits() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        submit("mnist");
        yard.plan();
        images.failed(me, MODEL, Cause.IMAGE_PULL_FAILED, "connection refused", Duration.ZERO, Duration.ZERO);
        assertThat(images.due(me.worker())).containsExactly(MODEL);

        yard.update("update trainyard.host_image set wanted_at = wanted_at - interval '3 minutes'");
        assertThat(images.due(me.worker())).isEmpty();

        // It backs off, and is back.
        yard.plan();
        yard.update("update trainyard.job set not_before = null");
        yard.plan();
        assertThat(images.due(me.worker())).containsExactly(MODEL);
    }

    @Test
    void a_job_is_cancelled_while_its_image_is_fetched() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        JobId job = submit("mnist");
        yard.plan();
        images.fetching(me, MODEL, "");

        assertThat(yard.jobs.cancel(job, "ada", JobStore.Kill.NEVER)).isEqualTo(JobStore.Cancellation.CANCELLED);

        images.present(me, MODEL);
        yard.plan();
        assertThat(yard.row(job)).containsEntry("state", "CANCELLED").containsEntry("attempts", 0);
    }

    @Test
    void an_image_that_was_removed_from_its_host_is_fetched_again() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        JobId job = submit("mnist");
        yard.plan();
        images.present(me, MODEL);
        var attempt = yard.prepared(me, job);

        images.gone(me, MODEL);
        yard.attempts.failed(me, attempt, yard.end(Cause.IMAGE_PULL_FAILED, job));

        assertThat(images.due(me.worker())).containsExactly(MODEL);
        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void an_image_that_no_job_wanted_for_a_day_is_forgotten() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        submit("mnist");
        yard.plan();
        images.present(me, MODEL);
        yard.update("update trainyard.host_image set wanted_at = wanted_at - interval '25 hours'");

        yard.plans.keepHouse();

        assertThat(yard.texts("select reference from trainyard.host_image")).isEmpty();
    }

    @Test
    void forgetting_skips_locked_rows() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        old(me, "a:1");
        old(me, "b:1");

        try (Connection other = superuser();
                Statement statement = other.createStatement()) {
            statement.execute("select from trainyard.host_image where reference = 'a:1' for update");
            yard.async(() -> {
                        yard.plans.keepHouse();
                        return null;
                    })
                    .get(20, TimeUnit.SECONDS);
        }

        assertThat(yard.texts("select reference from trainyard.host_image")).containsExactly("a:1");
    }

    @Test
    void wanted_images_are_locked_in_a_fixed_order() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2).fetching());
        old(me, "a:1");
        old(me, "b:1");
        yard.update("update trainyard.host_image set state = 'WANTED'");
        for (String reference : List.of("b:1", "a:1")) {
            yard.submit(ARequest.named("mnist").image(new ImageSource.Reference(reference, ImageSource.Pull.MISSING)));
        }

        Future<?> planning;
        try (Connection other = superuser();
                Statement statement = other.createStatement()) {
            statement.execute("select from trainyard.host_image where reference = 'a:1' for update");
            planning = yard.async(yard::plan);
            Await.until(() -> !yard.texts("select locktype from pg_locks where not granted")
                    .isEmpty());

            statement.execute("select from trainyard.host_image where reference = 'b:1' for update nowait");
        }
        planning.get();
    }

    private void old(Incarnation me, String reference) {
        yard.update(
                "insert into trainyard.host_image (worker_id, reference, state, wanted_at) values (?, ?, 'PRESENT', '2020-01-01')",
                me.worker().value(),
                reference);
    }

    private Connection superuser() throws SQLException {
        Connection connection =
                DriverManager.getConnection(TestPostgres.asSuperuser(yard.url).jdbc(), "postgres", "");
        connection.setAutoCommit(false);
        return connection;
    }

    private static final WantedImage ALWAYS = WantedImage.parse(MODEL.text() + " --pull always");
    private static final WantedImage NEVER = WantedImage.parse(MODEL.text() + " --pull never");

    @Test
    void an_image_that_is_always_pulled_is_pulled_before_the_job_is_placed_and_once_for_all_that_wait() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(3).fetching());
        JobId first = submit("first", ImageSource.Pull.ALWAYS);
        yard.plan();

        assertThat(images.due(me.worker())).containsExactly(ALWAYS);
        assertThat(yard.row(first))
                .containsEntry(
                        "waiting_because",
                        "waiting for image %s: gpu-1: has been asked for it and has not answered yet"
                                .formatted(ALWAYS.text()));
        assertThat(yard.texts("select key from trainyard.reservation")).isEmpty();

        JobId second = submit("second", ImageSource.Pull.ALWAYS);
        images.fetching(me, ALWAYS, "");
        JobId late = submit("late", ImageSource.Pull.ALWAYS);
        images.present(me, ALWAYS);
        yard.plan();

        assertThat(yard.state(first)).isEqualTo("RUNNING");
        assertThat(yard.state(second)).isEqualTo("RUNNING");
        assertThat(images.isPulledFor(attemptOf("first"), ALWAYS)).isTrue();
        // It came when the pull had begun: what the registry has now is to be asked again.
        assertThat(yard.state(late)).isEqualTo("QUEUED");
        assertThat(images.due(me.worker())).containsExactly(ALWAYS);
    }

    @Test
    void one_whose_registry_is_down_holds_up_only_jobs_that_always_pull() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2).fetching());
        JobId pulling = submit("pulling", ImageSource.Pull.ALWAYS);
        JobId taking = submit("taking");
        yard.plan();
        images.failed(me, ALWAYS, Cause.IMAGE_PULL_FAILED, "connection refused", Duration.ZERO, Duration.ofHours(1));
        images.present(me, MODEL);

        yard.plan();

        assertThat(yard.row(pulling)).containsEntry("state", "QUEUED").containsEntry("last_cause", "IMAGE_PULL_FAILED");
        assertThat(yard.state(taking)).isEqualTo("RUNNING");
    }

    @Test
    void an_image_that_is_never_pulled_is_looked_for_on_every_host_before_the_job_ends() {
        Incarnation one = yard.register(AWorker.named("gpu-1").gpus(2).fetching());
        Incarnation two = yard.register(AWorker.named("gpu-2").gpus(1).fetching());
        JobId job = submit("mnist", ImageSource.Pull.NEVER);
        yard.plan();
        assertThat(images.due(one.worker())).containsExactly(NEVER);
        images.failed(one, NEVER, Cause.IMAGE_UNAVAILABLE, "this host has no image");
        yard.plan();
        assertThat(yard.state(job)).isEqualTo("QUEUED");
        assertThat(images.due(two.worker())).containsExactly(NEVER);

        images.present(two, NEVER);
        yard.plan();

        assertThat(yard.texts("select w.name from trainyard.attempt a join trainyard.worker w on w.id = a.worker_id"))
                .containsExactly("gpu-2");
    }

    @Test
    void a_worker_of_the_previous_release_gets_no_requests_that_it_does_not_support() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2).fetching());
        yard.update("update trainyard.worker set heeds_pull = false");

        assertThat(yard.place(submit("pulling", ImageSource.Pull.ALWAYS))).isNotNull();
        assertThat(yard.place(submit("looking", ImageSource.Pull.NEVER))).isNotNull();
        assertThat(images.due(me.worker())).isEmpty();
    }

    private AttemptId attemptOf(String name) {
        return AttemptId.parse(yard.texts(
                        "select a.id from trainyard.attempt a join trainyard.job j on j.id = a.job_id where j.name = '%s'"
                                .formatted(name))
                .getFirst());
    }

    private JobId submit(String name, ImageSource.Pull pull) {
        return yard.submit(ARequest.named(name)
                .image(new ImageSource.Reference(MODEL.text(), pull))
                .gpus(1));
    }

    private JobId submit(String name) {
        return yard.submit(image(name));
    }

    private static ARequest image(String name) {
        return ARequest.named(name)
                .image(new ImageSource.Reference(MODEL.text(), ImageSource.Pull.MISSING))
                .gpus(1);
    }
}
