package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.History;

/** A job's state in a sentence or two, for its owner. */
final class Explanation {

    private Explanation() {}

    static String of(JobResource job) {
        return switch (job.state()) {
            case PUBLISHED -> "The request is in Kafka; no worker has taken it in yet. Is a worker running?";
            case QUEUED -> queued(job);
            case HELD -> "It is held: %s. Release it to have it placed.".formatted(job.reason());
            case RUNNING -> running(job);
            case SUCCEEDED -> "It succeeded%s.".formatted(inAttempt(job));
            case FAILED -> "It failed%s: %s.".formatted(inAttempt(job), ending(job));
            case CANCELLED ->
                "It was cancelled%s."
                        .formatted(job.cancelRequestedAt() == null ? "" : " at " + job.cancelRequestedAt());
            case REJECTED -> "It was not taken in: %s".formatted(job.rejection());
        };
    }

    private static String queued(JobResource job) {
        String waits = job.waitingBecause() == null
                ? "It waits in the queue; the next planning cycle looks at it."
                : "It waits: %s.".formatted(job.waitingBecause());
        String earliest = job.notBefore() == null ? "" : " It is not placed before %s.".formatted(job.notBefore());
        return waits
                + earliest
                + (job.attempt() == null
                        ? ""
                        : " Attempt %d ended: %s.".formatted(job.attempt().number(), ending(job)));
    }

    private static String running(JobResource job) {
        History.Attempt attempt = job.attempt();
        if (attempt == null) {
            return "It runs.";
        }
        String stopping = attempt.stopReason() == null || attempt.state() == AttemptState.ENDED
                ? ""
                : " It is being stopped: %s.".formatted(attempt.stopReason());
        return "Attempt %d on %s: %s.%s".formatted(attempt.number(), attempt.host(), doing(attempt.state()), stopping);
    }

    private static String doing(AttemptState state) {
        return switch (state) {
            case RESERVED -> "devices are reserved, the worker has not begun";
            case PREPARING -> "the image is being provided and the container created";
            case RUNNING -> "the container runs";
            case COLLECTING -> "the container has ended, its log and outputs are being gathered";
            case ENDED -> "it has ended, the job follows";
        };
    }

    private static String inAttempt(JobResource job) {
        return job.attempt() == null
                ? ""
                : " in attempt %d".formatted(job.attempt().number());
    }

    private static String ending(JobResource job) {
        History.Attempt attempt = job.attempt();
        if (attempt == null) {
            return String.valueOf(job.lastCause());
        }
        String exit = attempt.exitCode() == null ? "" : " (exit code %d)".formatted(attempt.exitCode());
        return attempt.cause() + exit + (attempt.detail() == null ? "" : ", " + attempt.detail());
    }
}
