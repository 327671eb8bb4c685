package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.Cursor;
import dev.trainyard.db.History;
import dev.trainyard.db.JobFilter;
import dev.trainyard.db.JobPlace;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.Page;
import dev.trainyard.submitter.rest.JobResource.Phase;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Jobs: publishes requests and answers what became of them. */
@RestController
@RequestMapping("/api/v1/jobs")
final class JobsController {

    private static final int MAX_REQUEST_BYTES = 1 << 20;
    private static final int MAX_JOBS = 1_000;
    private static final int MAX_ATTEMPTS = 1_000;
    private static final int MAX_FILES = 10_000;

    private final RequestSubmission submission;
    private final KnownJobs jobs;
    private final History history;
    private final LogStore logs;

    JobsController(RequestSubmission submission, KnownJobs jobs, History history, LogStore logs) {
        this.submission = submission;
        this.jobs = jobs;
        this.history = history;
        this.logs = logs;
    }

    record Submitted(JobId jobId, Phase state) {}

    /** @param next {@code after} of the next page; null: this is the last */
    record Jobs(List<JobResource> jobs, @Nullable String next) {}

    record Attempts(
            List<History.Attempt> attempts, @Nullable String next) {}

    /**
     * The outputs of an attempt, or what it has written so far.
     *
     * @param state null while the attempt has not ended
     * @param total number of files on all pages
     * @param seenAt while the attempt has not ended: when its files were last read; null: not yet
     * @param missing files that are not listed, and why; null: none
     * @param supersededBy the attempt that has changed or removed some of the files since
     */
    record Outputs(
            int attempt,
            @Nullable String location,
            @Nullable String state,
            List<History.OutputFile> files,
            long total,
            @Nullable String next,
            String attemptState,
            @Nullable Instant seenAt,
            @Nullable String missing,
            History.@Nullable AttemptOfJob supersededBy) {}

    record Why(Phase state, String text) {}

    /** The message is published byte for byte as it came. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Submitted> submit(
            InputStream body, @RequestAttribute(name = CallerSocket.CALLER, required = false) @Nullable String caller)
            throws IOException {
        // Reads one byte more than is allowed, so that the codec can refuse a message that is too large.
        byte[] json = body.readNBytes(MAX_REQUEST_BYTES + 1);
        JobId job = submission.publish(json, caller).jobId();
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
            @RequestParam(required = false) @Nullable List<String> state,
            @RequestParam(required = false) @Nullable String team,
            @RequestParam(required = false) @Nullable String name,
            @RequestParam(required = false) @Nullable String by,
            @RequestParam(required = false) @Nullable List<String> label,
            @RequestParam(required = false) @Nullable String since,
            @RequestParam(required = false) @Nullable String id,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String after,
            HttpServletRequest request) {
        JobFilter filter = new JobFilter(
                Set.of(),
                team,
                name,
                by,
                // Unconverted: Spring would split a text at commas, and the value of a label may contain one.
                label == null ? List.of() : JobQuery.labels(request.getParameterValues("label")),
                JobQuery.instant("since", since),
                JobQuery.idPart(id));
        Page<JobResource> page =
                jobs.list(JobQuery.phases(state), filter, JobPlace.parse(after), Limits.between(1, limit, MAX_JOBS));
        return new Jobs(page.items(), page.next());
    }

    @GetMapping("/{jobId}/attempts")
    Attempts attempts(
            @PathVariable JobId jobId,
            @RequestParam(defaultValue = "" + MAX_ATTEMPTS) int limit,
            @RequestParam(required = false) @Nullable String after) {
        jobs.require(jobId);
        Page<History.Attempt> page =
                history.attempts(jobId, Cursor.parse(after), Limits.between(1, limit, MAX_ATTEMPTS));
        return new Attempts(page.items(), page.next());
    }

    /** The outputs of the newest attempt, unless the query names another. */
    @GetMapping("/{jobId}/outputs")
    Outputs outputs(
            @PathVariable JobId jobId,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(defaultValue = "" + MAX_FILES) int limit,
            @RequestParam(required = false) @Nullable String after) {
        History.Attempt of = attempt == null ? jobs.require(jobId).attempt() : requireAttempt(jobId, attempt);
        if (of == null) {
            throw ApiException.notFound("job %s has no attempt yet, and so no outputs".formatted(jobId));
        }
        // A location without any outputs would only mislead.
        String location = of.startedAt() == null ? null : of.outputsLocation();
        Page<History.OutputFile> page =
                history.outputs(of.attemptId(), Cursor.parse(after), Limits.between(1, limit, MAX_FILES));
        History.OutputPlace place = history.outputPlace(of.attemptId());
        return new Outputs(
                of.number(),
                location,
                of.outputsState(),
                page.items(),
                history.outputCount(of.attemptId()),
                page.next(),
                place.attemptState(),
                of.outputsState() == null ? place.seenAt() : null,
                place.missing(),
                place.supersededBy());
    }

    private History.Attempt requireAttempt(JobId job, int number) {
        jobs.require(job);
        return history.attempt(job, number)
                .orElseThrow(() -> ApiException.notFound("job %s has no attempt %d".formatted(job, number)));
    }

    @GetMapping("/{jobId}/why")
    Why why(@PathVariable JobId jobId) {
        JobResource job = jobs.require(jobId);
        return new Why(job.state(), JobExplanation.of(job, preparing(job)));
    }

    private JobExplanation.Preparing preparing(JobResource job) {
        History.Attempt attempt = job.attempt();
        return attempt == null || attempt.state() != AttemptState.PREPARING
                ? JobExplanation.Preparing.UNKNOWN
                : new JobExplanation.Preparing(
                        logs.lastOfPreparation(attempt.attemptId()), history.unfitHostOf(attempt.attemptId()));
    }
}
