package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.submitter.publish.PublishedRequests.Published;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as REST shows it.
 *
 * @param state {@link Phase#name}
 * @param reason why it is HELD, FAILED, CANCELLED or REJECTED
 * @param holdRequested why it will be held if it is queued again; null: it will not
 * @param endedAt if REJECTED: when a worker refused it
 * @param attempt the newest attempt
 */
record JobResource(
        JobId jobId,
        @Nullable String name,
        @Nullable String team,
        @Nullable String submittedBy,
        Map<String, String> labels,
        Phase state,
        @Nullable String reason,
        @Nullable String waitingBecause,
        @Nullable String holdRequested,
        @Nullable Integer priority,
        int attempts,
        @Nullable String lastCause,
        @Nullable Instant acceptedAt,
        @Nullable Instant notBefore,
        @Nullable Instant cancelRequestedAt,
        @Nullable Instant endedAt,
        @Nullable String rejection,
        History.@Nullable Attempt attempt) {

    /** Start of the reason of a job that ended because several hosts refused it. */
    static final String REFUSED = "no host that could run it takes it. ";

    /** The states of a job, and those before a worker has accepted it. */
    enum Phase {
        /** It is in Kafka, and no worker has accepted it yet. */
        PUBLISHED,
        QUEUED,
        HELD,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        /** A worker refused it for good. */
        REJECTED;

        boolean isFinal() {
            return switch (this) {
                case PUBLISHED, QUEUED, HELD, RUNNING -> false;
                case SUCCEEDED, FAILED, CANCELLED, REJECTED -> true;
            };
        }
    }

    static JobResource of(History.Job job) {
        return new JobResource(
                job.jobId(),
                job.name(),
                job.team(),
                job.submittedBy(),
                job.labels(),
                Phase.valueOf(job.state().name()),
                reason(job),
                waitingBecause(job),
                // Only while it runs. A held job has it as its reason, and a waiting job has none.
                job.state() == JobState.RUNNING ? job.holdReason() : null,
                job.priority(),
                job.attempts(),
                job.lastCause(),
                job.acceptedAt(),
                job.notBefore(),
                job.cancelRequestedAt(),
                job.endedAt(),
                job.rejection(),
                job.attempt());
    }

    private static @Nullable String reason(History.Job job) {
        return switch (job.state()) {
            case HELD -> held(job);
            case FAILED ->
                job.refusals() != null
                        ? REFUSED + job.refusals()
                        : job.attempt() == null
                                ? job.lastCause()
                                : Waiting.ending(
                                        job.attempt().cause(), job.attempt().detail());
            case CANCELLED -> job.cancelledBy() == null ? null : "by " + job.cancelledBy();
            case QUEUED, RUNNING, SUCCEEDED -> null;
        };
    }

    /** Adds how the newest attempt ended. That comes first if the job is held because of it. */
    private static @Nullable String held(History.Job job) {
        String reason = job.holdReason();
        History.Attempt attempt = job.attempt();
        if (reason == null || attempt == null || attempt.cause() == null) {
            return reason;
        }
        String ending = Waiting.ending(attempt.cause(), attempt.detail());
        return reason.startsWith(attempt.cause())
                ? "%s (%s)".formatted(ending, reason)
                : "%s (attempt %d ended: %s)".formatted(reason, attempt.number(), ending);
    }

    private static @Nullable String waitingBecause(History.Job job) {
        History.Attempt attempt = job.attempt();
        return job.state() != JobState.QUEUED
                ? job.waitingBecause()
                : Waiting.because(
                        job.waitingBecause(),
                        job.notBefore(),
                        attempt == null ? null : attempt.cause(),
                        attempt == null ? null : attempt.detail(),
                        job.freeRetries());
    }

    static JobResource of(Published request) {
        return new JobResource(
                request.jobId(),
                request.name(),
                request.team(),
                request.submittedBy(),
                request.labels(),
                Phase.PUBLISHED,
                null,
                null,
                null,
                request.priority(),
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** @param request null: this server did not publish it, or too long ago */
    static JobResource rejected(History.Rejected rejected, @Nullable Published request) {
        return new JobResource(
                rejected.jobId(),
                request == null ? null : request.name(),
                request == null ? null : request.team(),
                request == null ? null : request.submittedBy(),
                request == null ? Map.of() : request.labels(),
                Phase.REJECTED,
                rejected.reason(),
                null,
                null,
                request == null ? null : request.priority(),
                0,
                null,
                null,
                null,
                null,
                rejected.rejectedAt(),
                rejected.reason(),
                null);
    }
}
