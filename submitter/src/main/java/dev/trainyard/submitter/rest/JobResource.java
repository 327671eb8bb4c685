package dev.trainyard.submitter.rest;

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
 * @param reason why it is HELD, FAILED or REJECTED
 * @param attempt the newest
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
        @Nullable Integer priority,
        int attempts,
        @Nullable String lastCause,
        @Nullable Instant acceptedAt,
        @Nullable Instant notBefore,
        @Nullable Instant cancelRequestedAt,
        @Nullable Instant endedAt,
        @Nullable String rejection,
        History.@Nullable Attempt attempt) {

    /** The states of a job, and what comes before them. */
    enum Phase {
        /** It is in Kafka; no worker has taken it in yet. */
        PUBLISHED,
        QUEUED,
        HELD,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        /** It was not taken in and never will be. */
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
                job.waitingBecause(),
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
            case HELD -> job.holdReason();
            case FAILED -> job.attempt() == null ? job.lastCause() : ending(job.attempt());
            case QUEUED, RUNNING, SUCCEEDED, CANCELLED -> null;
        };
    }

    private static String ending(History.Attempt attempt) {
        return attempt.detail() == null ? String.valueOf(attempt.cause()) : attempt.cause() + ": " + attempt.detail();
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

    static JobResource rejected(JobId id, String rejection) {
        return new JobResource(
                id,
                null,
                null,
                null,
                Map.of(),
                Phase.REJECTED,
                rejection,
                null,
                null,
                0,
                null,
                null,
                null,
                null,
                null,
                rejection,
                null);
    }
}
