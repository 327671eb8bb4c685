package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.plan.Needs;
import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.plan.Snapshot;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.RetryJson;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the planner and the retry read of a request stands in columns of its job. */
class JobNeedsTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void the_planner_sees_what_each_request_needs_without_reading_the_request() {
        Map<JobId, Needs> wanted = submitAllKinds();
        // Nothing that is read here could be parsed.
        yard.update("update trainyard.job set request = '{}'");

        assertThat(seenByThePlanner()).isEqualTo(wanted);
    }

    @Test
    void columns_of_jobs_that_an_earlier_release_accepted_are_filled_in() {
        Map<JobId, Needs> wanted = submitAllKinds();
        yard.update("""
                update trainyard.job set gpu_count = null, gpu_type = null, gpu_memory_bytes = null, gpu_ids = null, host_ports = null,
                    location = null, cpus = null, memory_bytes = null, image = null, retry = null""");
        assertThat(seenByThePlanner()).isEmpty();

        yard.plans.observe();

        assertThat(seenByThePlanner()).isEqualTo(wanted);
        assertThat(yard.texts("select (retry ->> 'maxAttempts') from trainyard.job"))
                .containsOnly("3")
                .hasSameSizeAs(wanted.keySet());
    }

    @Test
    void a_retry_policy_reads_back_as_it_was_written() {
        RetryPolicy policy = new RetryPolicy(
                5,
                Duration.ofSeconds(90),
                List.of(
                        new RetryPolicy.OnExitCode(List.of(75, 76), RetryPolicy.Action.RETRY),
                        new RetryPolicy.OnCause(List.of(Cause.PROGRAM_ERROR), RetryPolicy.Action.FAIL)));

        assertThat(RetryJson.read(RetryJson.write(policy))).isEqualTo(policy);
        assertThat(RetryJson.read(RetryJson.write(RetryPolicy.DEFAULT))).isEqualTo(RetryPolicy.DEFAULT);
    }

    private Map<JobId, Needs> submitAllKinds() {
        List<ARequest> requests = List.of(
                ARequest.named("plain"),
                ARequest.named("few").gpus(2),
                ARequest.named("typed").gpus(new Gpus.Count(1, "A100", new DataSize(40L << 30))),
                ARequest.named("all").gpus(new Gpus.All(null, null)),
                ARequest.named("all-typed").gpus(new Gpus.All("V100", new DataSize(1))),
                ARequest.named("by-id").gpus(new Gpus.Devices(List.of("GPU-1", "0"))),
                ARequest.named("limited").cpus("1.5").memory(3L << 30),
                ARequest.named("placed").hostPort(5000).outputsAt("/logs/run-7"),
                ARequest.named("pulled").image(new ImageSource.Reference("team/model:1", ImageSource.Pull.ALWAYS)),
                ARequest.named("built")
                        .image(new ImageSource.Build("sha256:" + "0".repeat(64), "Dockerfile", Map.of(), null, null)));
        Map<JobId, Needs> wanted = new HashMap<>();
        for (ARequest request : requests) {
            yard.submit(request.maxAttempts(3));
            wanted.put(
                    request.id(),
                    Needs.of(RequestCodec.accepted(yard.text(
                            "select request from trainyard.job where id = ?",
                            request.id().value()))));
        }
        return wanted;
    }

    private Map<JobId, Needs> seenByThePlanner() {
        Map<JobId, Needs> seen = new HashMap<>();
        yard.plans.cycle(snapshot -> {
            for (Snapshot.Candidate candidate : snapshot.candidates()) {
                seen.put(candidate.job(), candidate.needs());
            }
            return new Plan(List.of(), Map.of());
        });
        return seen;
    }
}
