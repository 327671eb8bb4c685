package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.plan.QueuePlace;
import dev.trainyard.core.plan.Snapshot;
import dev.trainyard.core.request.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link QueuePlace} decides the order of the queue; the index, the view and the planner's pages have the same. */
class QueueOrderTest {

    private final Yard yard = new Yard();

    /** Several pages of jobs, many of the same priority and age. */
    @BeforeEach
    void a_queue_with_many_ties() {
        Random random = new Random(7);
        yard.register(AWorker.named("gpu-1").gpus(1));
        yard.jobs.accept(IntStream.range(0, 2 * WaitingJobs.PAGE + 100)
                .mapToObj(n -> ARequest.named("waiting")
                        .priority(List.of(0, 500, 1000).get(random.nextInt(3)))
                        .incoming())
                .toList());
        yard.update(
                "update trainyard.job set queued_at = timestamptz '2026-01-02 03:04:05+00' + (ascii(id::text) % 3) * interval '1 us'");
    }

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void the_planner_is_asked_about_jobs_in_the_order_of_their_places() {
        List<JobId> asked = new ArrayList<>();

        yard.plans.cycle(snapshot -> {
            snapshot.candidates().stream().map(Snapshot.Candidate::job).forEach(asked::add);
            return new Plan(List.of(), Map.of());
        });

        assertThat(asked).isEqualTo(inOrder());
    }

    @Test
    void the_view_numbers_jobs_in_the_order_of_their_places() {
        assertThat(yard.texts("select job_id::text from history.queue order by place").stream()
                        .map(JobId::parse))
                .isEqualTo(inOrder());
    }

    @Test
    void the_index_of_the_queue_has_the_order_of_the_places() {
        assertThat(yard.text("select pg_get_indexdef('trainyard.job_queue'::regclass)"))
                .containsIgnoringCase("(" + WaitingJobs.ORDER + ")");
        assertThat(yard.texts("select id::text from trainyard.job order by " + WaitingJobs.ORDER).stream()
                        .map(JobId::parse))
                .isEqualTo(inOrder());
    }

    private List<JobId> inOrder() {
        return yard
                .sql("select priority, queued_at, id from trainyard.job")
                .query((row, n) -> new QueuePlace(
                        row.getInt("priority"),
                        row.getTimestamp("queued_at").toInstant(),
                        new JobId(row.getObject("id", UUID.class))))
                .list()
                .stream()
                .sorted()
                .map(QueuePlace::job)
                .toList();
    }
}
