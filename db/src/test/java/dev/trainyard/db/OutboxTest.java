package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboxTest {

    private final Yard yard = new Yard();
    private final Outbox outbox = new Outbox(yard.database);

    @AfterEach
    void close() {
        yard.close();
    }

    private Outbox.Publishing publisher() {
        return outbox.publish().orElseThrow();
    }

    private static List<String> ids(List<Outbox.Pending> pending) {
        return pending.stream().map(waiting -> waiting.event().id()).toList();
    }

    private static void published(Outbox.Publishing publisher, List<Outbox.Pending> pending) {
        publisher.published(pending.stream().map(Outbox.Pending::number).toList());
    }

    @Test
    void every_transition_of_a_job_waits_once_as_recorded_in_the_history() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        assertThat(yard.events(job)).endsWith("container.exited", "attempt.ended", "job.ended");
        assertThat(yard.sql(
                                "select job_id, seq, at, type, attempt_id, data from trainyard.outbox where job_id is not null order by id")
                        .query()
                        .listOfRows())
                .isEqualTo(
                        yard.sql("select job_id, seq, at, type, attempt_id, data from trainyard.job_event order by seq")
                                .query()
                                .listOfRows());
        try (Outbox.Publishing publisher = publisher()) {
            assertThat(publisher.next(100))
                    .extracting(Outbox.Pending::event)
                    .filteredOn(event -> event.type().equals("attempt.ended"))
                    .singleElement()
                    .satisfies(ended -> {
                        assertThat(ended.subject()).isEqualTo(new Event.OfJob(job, "mnist", 9, attempt, 1));
                        assertThat(ended.details()).contains("\"cause\": \"COMPLETED\"");
                        assertThat(ended.installation().toString())
                                .isEqualTo(yard.text("select id from trainyard.installation"));
                    });
        }
    }

    @Test
    void events_of_a_host_and_its_devices_wait_under_the_workers_id() {
        AWorker worker = AWorker.named("gpu-1").gpus(1);
        Incarnation me = yard.register(worker);
        yard.workers.observed(
                me,
                worker.registration().devices().stream()
                        .map(device -> new WorkerStore.OfferedDevice(
                                device.key(),
                                device.index(),
                                device.kind(),
                                device.type(),
                                device.memoryBytes(),
                                "fell off the bus"))
                        .toList());

        try (Outbox.Publishing publisher = publisher()) {
            List<Outbox.Pending> pending = publisher.next(100);
            assertThat(pending)
                    .extracting(waiting -> waiting.event().type())
                    .containsExactly("worker.registered", "device.quarantined");
            Event event = pending.getLast().event();
            assertThat(event.key()).isEqualTo(me.worker().toString());
            assertThat(event.subject())
                    .isEqualTo(new Event.OfWorker(
                            me.worker(), "gpu-1", pending.getLast().number()));
            assertThat(event.details()).contains("fell off the bus");
        }
    }

    @Test
    void an_event_that_is_rolled_back_never_waits() {
        JobId job = yard.submit(ARequest.named("mnist"));

        assertThatThrownBy(() -> yard.database.inTransaction(() -> {
                    yard.jobs.prioritise(job, 7);
                    throw new IllegalStateException("undone");
                }))
                .hasMessage("undone");

        assertThat(yard.texts("select type from trainyard.outbox order by id"))
                .containsExactly("job.accepted", "job.queued");
    }

    @Test
    void an_event_that_commits_after_a_later_one_is_not_skipped() throws Exception {
        JobId slow = yard.submit(ARequest.named("slow"));
        JobId quick = yard.submit(ARequest.named("quick"));
        try (Outbox.Publishing publisher = publisher()) {
            published(publisher, publisher.next(100));

            List<Outbox.Pending> seen = yard.database.inTransaction(() -> {
                yard.jobs.prioritise(slow, 7);
                assertThat(resultOf(() -> yard.jobs.prioritise(quick, 7))).isEqualTo(JobStore.Change.DONE);
                return resultOf(() -> publisher.next(100));
            });
            assertThat(ids(seen)).containsExactly(quick + "/3");
            // It has committed meanwhile, with the smaller number.
            published(publisher, seen);

            assertThat(ids(publisher.next(100))).containsExactly(slow + "/3");
        }
    }

    private <T> T resultOf(java.util.concurrent.Callable<T> work) {
        try {
            return yard.async(work).get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void however_few_are_read_they_are_the_first_of_each_job_in_its_order() {
        JobId one = yard.submit(ARequest.named("one"));
        JobId two = yard.submit(ARequest.named("two"));
        yard.jobs.prioritise(one, 7);
        yard.jobs.prioritise(two, 7);

        try (Outbox.Publishing publisher = publisher()) {
            assertThat(ids(publisher.next(3))).containsExactly(one + "/1", one + "/2", two + "/1");
            assertThat(ids(publisher.next(100)))
                    .containsExactly(one + "/1", one + "/2", two + "/1", two + "/2", one + "/3", two + "/3");
        }
    }

    @Test
    void an_event_that_was_read_but_not_reported_as_published_is_read_again() {
        JobId job = yard.submit(ARequest.named("mnist"));
        try (Outbox.Publishing killed = publisher()) {
            assertThat(killed.next(100)).hasSize(2);
        }

        try (Outbox.Publishing publisher = publisher()) {
            List<Outbox.Pending> again = publisher.next(100);
            assertThat(ids(again)).containsExactly(job + "/1", job + "/2");
            published(publisher, again.subList(0, 1));
            assertThat(ids(publisher.next(100))).containsExactly(job + "/2");
        }
    }

    @Test
    void one_publishes_and_another_once_it_stops() {
        yard.submit(ARequest.named("mnist"));
        try (Outbox.Publishing first = publisher()) {
            assertThat(first.kept()).isTrue();
            assertThat(outbox.publish()).isEmpty();
        }

        try (Outbox.Publishing second = publisher()) {
            assertThat(second.next(100)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1 second", "1 hour"})
    void another_publisher_takes_over_from_one_that_died_or_hangs(String end) {
        yard.submit(ARequest.named("mnist"));
        Outbox.Publishing still = publisher();
        List<Outbox.Pending> read = still.next(100);
        // Over; or set by a clock that has been put back since.
        yard.update("update trainyard.turn set until = clock_timestamp() + ?::interval where name = 'events'", end);

        try (Outbox.Publishing second = publisher()) {
            assertThat(second.next(100)).hasSize(2);
            // What it has sent before it noticed is not sent once more.
            published(still, read);
            assertThat(second.next(100)).isEmpty();
            still.close();
            assertThat(outbox.publish()).isEmpty();
        }
    }

    @Test
    void a_worker_of_the_release_before_leaves_nothing_out_and_none_writes_the_outbox_by_hand() {
        JobId job = yard.submit(ARequest.named("mnist"));
        yard.database
                .sql()
                .sql("insert into trainyard.job_event (job_id, seq, type) values (:job, 3, 'job.prioritised')")
                .param("job", job.value())
                .update();

        assertThat(yard.texts("select type from trainyard.outbox order by id"))
                .containsExactly("job.accepted", "job.queued", "job.prioritised");
        assertThatThrownBy(() -> yard.database
                        .sql()
                        .sql(
                                "insert into trainyard.outbox (job_id, seq, at, type, data) select job_id, 9, at, type, data from trainyard.job_event")
                        .update())
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    @Test
    void every_reader_can_see_how_much_waits_and_since_when() {
        yard.submit(ARequest.named("mnist"));

        try (Database reader = Database.connect(yard.url, Role.READER, 1)) {
            Map<String, Object> row = reader.sql()
                    .sql("select * from history.unpublished")
                    .query()
                    .singleRow();
            assertThat(row).containsEntry("events", 2L);
            assertThat(row.get("oldest_at")).isNotNull();
        }
    }
}
