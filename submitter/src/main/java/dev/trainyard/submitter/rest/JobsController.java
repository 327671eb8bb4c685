package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.submitter.rest.JobResource.Phase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Jobs: publishing a request, and what became of it. */
@RestController
@RequestMapping("/api/v1/jobs")
final class JobsController {

    private static final int MAX_REQUEST_BYTES = 1 << 20;
    private static final int MAX_JOBS = 1_000;

    private final Submission submission;
    private final KnownJobs jobs;
    private final History history;

    JobsController(Submission submission, KnownJobs jobs, History history) {
        this.submission = submission;
        this.jobs = jobs;
        this.history = history;
    }

    record Submitted(JobId jobId, Phase state) {}

    record Jobs(List<JobResource> jobs) {}

    record Attempts(List<History.Attempt> attempts) {}

    record Outputs(
            int attempt,
            @Nullable String location,
            @Nullable String state,
            List<History.OutputFile> files) {}

    record Why(Phase state, String text) {}

    /** The message is published byte for byte as it came. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Submitted> submit(InputStream body) throws IOException {
        // One byte more than is allowed: the codec says that it is too large.
        byte[] json = body.readNBytes(MAX_REQUEST_BYTES + 1);
        JobId job = submission.publish(json).jobId();
        return ResponseEntity.accepted()
                .location(URI.create("/api/v1/jobs/" + job))
                .body(new Submitted(job, Phase.PUBLISHED));
    }

    @GetMapping("/{jobId}")
    JobResource job(@PathVariable JobId jobId) {
        return jobs.require(jobId);
    }

    @GetMapping
    Jobs jobs(
            @RequestParam(required = false) @Nullable Phase state,
            @RequestParam(required = false) @Nullable String team,
            @RequestParam(defaultValue = "50") int limit) {
        return new Jobs(jobs.list(state, team, Limits.between(1, limit, MAX_JOBS)));
    }

    @GetMapping("/{jobId}/attempts")
    Attempts attempts(@PathVariable JobId jobId) {
        jobs.require(jobId);
        return new Attempts(history.attempts(jobId));
    }

    /** Of the newest attempt, unless another is named. */
    @GetMapping("/{jobId}/outputs")
    Outputs outputs(@PathVariable JobId jobId, @RequestParam(required = false) @Nullable Integer attempt) {
        History.Attempt of = attempt == null ? jobs.require(jobId).attempt() : requireAttempt(jobId, attempt);
        if (of == null) {
            throw ApiException.notFound(
                    "job %s has not been attempted yet, so that it has no outputs".formatted(jobId));
        }
        // Where outputs would have been says nothing but that they are not there.
        String location = of.startedAt() == null ? null : of.outputsLocation();
        return new Outputs(of.number(), location, of.outputsState(), history.outputs(of.attemptId()));
    }

    private History.Attempt requireAttempt(JobId job, int number) {
        jobs.require(job);
        return history.attempt(job, number)
                .orElseThrow(() -> ApiException.notFound("job %s has no attempt %d".formatted(job, number)));
    }

    @GetMapping("/{jobId}/why")
    Why why(@PathVariable JobId jobId) {
        JobResource job = jobs.require(jobId);
        return new Why(job.state(), Explanation.of(job));
    }
}
