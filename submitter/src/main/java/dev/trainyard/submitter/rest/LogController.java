package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** A job's log as server-sent events. */
@RestController
final class LogController {

    private static final Logger LOG = LoggerFactory.getLogger(LogController.class);

    private static final int MAX_TAIL = 1_000_000;

    private final KnownJobs jobs;
    private final History history;
    private final LogStreams streams;
    private final JsonMapper json;

    LogController(KnownJobs jobs, History history, LogStreams streams, JsonMapper json) {
        this.jobs = jobs;
        this.history = history;
        this.streams = streams;
        this.json = json;
    }

    @GetMapping("/api/v1/jobs/{jobId}/log")
    void log(
            @PathVariable JobId jobId,
            @RequestParam(defaultValue = "false") boolean follow,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(defaultValue = "always") String build,
            @RequestParam(required = false) @Nullable Integer tail,
            @RequestParam(required = false) @Nullable String since,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletResponse response) {
        jobs.require(jobId);
        LogPosition from = lastEventId == null ? LogPosition.START : LogPosition.parse(lastEventId);
        if (attempt != null && attempt < 1) {
            throw ApiException.badRequest("attempt: %d; attempts count from 1".formatted(attempt));
        }
        if (attempt != null && !follow && history.attempt(jobId, attempt).isEmpty()) {
            throw ApiException.notFound("job %s has no attempt %d".formatted(jobId, attempt));
        }
        if (tail != null && (tail < 0 || tail > MAX_TAIL)) {
            throw ApiException.badRequest("tail: %d is not between 0 and %,d lines".formatted(tail, MAX_TAIL));
        }
        LogWish wish = new LogWish(attempt, build(build), tail, JobQuery.instant("since", since));
        try {
            streams.stream(jobId, from, wish, follow, EventStream.open(response, json));
        } catch (IOException e) {
            LOG.debug("event=log-reader-gone job={}", jobId, e);
        }
    }

    private static LogWish.Build build(String text) {
        return switch (text) {
            case "always" -> LogWish.Build.ALWAYS;
            case "failed" -> LogWish.Build.FAILED;
            case "never" -> LogWish.Build.NEVER;
            default -> throw ApiException.badRequest("build: '%s' is not always, failed or never".formatted(text));
        };
    }
}
