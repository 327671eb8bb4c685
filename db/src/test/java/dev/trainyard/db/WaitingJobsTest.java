package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.plan.Planner;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.training.ImageSource;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However many jobs wait that cannot be placed, those behind them are. */
class WaitingJobsTest {

    private static final String HERE = "here:1";

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void jobs_that_fit_nowhere_do_not_block_those_behind_them() {
        yard.register(AWorker.named("gpu-1").gpus(2));
        submit(1_200, () -> ARequest.named("too-large").gpus(9));
        JobId older = yard.submit(ARequest.named("older").gpus(2));
        JobId younger = yard.submit(ARequest.named("younger").gpus(1));

        assertThat(yard.plan().placed()).isOne();

        assertThat(yard.state(older)).isEqualTo("RUNNING");
        assertThat(yard.state(younger)).isEqualTo("QUEUED");
        assertThat(yard.texts("select name from history.queue where waiting_because is null"))
                .isEmpty();
    }

    @Test
    void jobs_that_wait_for_their_images_do_not_block_those_behind_them() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1).fetching());
        yard.update(
                "insert into trainyard.host_image (worker_id, reference, state) values (?, ?, 'PRESENT')",
                me.worker().value(),
                HERE);
        int[] number = {0};
        submit(1_200, () -> image("elsewhere:" + number[0]++));
        JobId job = yard.submit(image(HERE));

        yard.plan();

        assertThat(yard.state(job)).isEqualTo("RUNNING");
    }

    @Test
    void the_next_round_continues_one_that_ran_out_of_time() {
        yard.register(AWorker.named("gpu-1").gpus(1));
        submit(3 * WaitingJobs.PAGE + 100, () -> ARequest.named("too-large").gpus(9));
        JobId job = yard.submit(ARequest.named("fits").gpus(1));
        PlanStore hurried = Yard.plans(yard.database, Duration.ZERO);

        // One page from the head, and one from where the last round stopped.
        List<Integer> placed = Stream.generate(
                        () -> hurried.cycle(Planner::plan).orElseThrow().placed())
                .limit(3)
                .toList();

        assertThat(placed).containsExactly(0, 0, 1);
        assertThat(yard.state(job)).isEqualTo("RUNNING");
    }

    @Test
    void a_job_that_comes_first_is_placed_first_wherever_the_last_round_stopped() {
        yard.register(AWorker.named("gpu-1").gpus(1));
        submit(1_200, () -> ARequest.named("too-large").gpus(9));
        JobId job = yard.submit(ARequest.named("fits").gpus(1));
        PlanStore hurried = Yard.plans(yard.database, Duration.ZERO);
        hurried.cycle(Planner::plan);
        JobId urgent = yard.submit(ARequest.named("urgent").gpus(1).priority(900));

        hurried.cycle(Planner::plan);

        assertThat(yard.state(urgent)).isEqualTo("RUNNING");
        assertThat(yard.state(job)).isEqualTo("QUEUED");
    }

    @Test
    void no_page_is_read_when_nothing_of_it_could_be_placed() {
        yard.register(AWorker.named("gpu-1").gpus(1));
        submit(2 * WaitingJobs.PAGE, () -> ARequest.named("fits").gpus(1));
        int[] rounds = {0};

        yard.plans.cycle(snapshot -> {
            rounds[0]++;
            return Planner.plan(snapshot);
        });

        assertThat(rounds[0]).isOne();
    }

    private static ARequest image(String reference) {
        return ARequest.named("model").gpus(1).image(new ImageSource.Reference(reference, ImageSource.Pull.MISSING));
    }

    private void submit(int count, Supplier<ARequest> request) {
        yard.jobs.accept(
                Stream.generate(request).limit(count).map(ARequest::incoming).toList());
    }
}
