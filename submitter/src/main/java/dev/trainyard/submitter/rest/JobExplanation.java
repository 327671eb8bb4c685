package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.History;
import java.time.temporal.ChronoUnit;

/** A job's state in a sentence or two, for its owner. */
final class JobExplanation {

    private JobExplanation() {}

    static String of(JobResource job) {
        return switch (job.state()) {
            case PUBLISHED -> "The request is in Kafka; no worker has taken it in yet. Is a worker running?";
            case QUEUED -> queued(job);
            case HELD ->
                "It is held: %s. To have it placed again: trainyard release %s. To end it: trainyard cancel %s"
                        .formatted(withoutStop(String.valueOf(job.reason())), job.jobId(), job.jobId());
            case RUNNING -> running(job);
            case SUCCEEDED -> "It succeeded%s.".formatted(inAttempt(job));
            case FAILED ->
                job.reason() != null && job.reason().startsWith(JobResource.REFUSED)
                        ? "It failed: %s.".formatted(withoutStop(job.reason()))
                        : "It failed%s: %s.".formatted(inAttempt(job), ending(job));
            case CANCELLED ->
                "It was cancelled%s%s."
                        .formatted(
                                job.cancelRequestedAt() == null
                                        ? ""
                                        : " at " + job.cancelRequestedAt().truncatedTo(ChronoUnit.SECONDS),
                                job.reason() == null ? "" : " " + withoutStop(job.reason()));
            case REJECTED -> "It was not taken in: %s".formatted(job.rejection());
        };
    }

    private static String queued(JobResource job) {
        String waits = job.waitingBecause() == null
                ? "It waits in the queue; the next planning cycle looks at it."
                : waits(withoutStop(job.waitingBecause()));
        boolean said = job.waitingBecause() != null && job.waitingBecause().startsWith("retries at ");
        return job.attempt() == null || said
                ? waits
                : "%s Attempt %d ended: %s.".formatted(waits, job.attempt().number(), ending(job));
    }

    private static String waits(String reason) {
        return reason.startsWith("waiting ")
                ? "It waits %s.".formatted(reason.substring("waiting ".length()))
                : "It waits: %s.".formatted(reason);
    }

    private static String withoutStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private static String running(JobResource job) {
        History.Attempt attempt = job.attempt();
        if (attempt == null) {
            return "It runs.";
        }
        String stopping = attempt.stopReason() == null || attempt.state() == AttemptState.ENDED
                ? ""
                : " It is being stopped: %s.%s".formatted(attempt.stopReason(), kill(job, attempt));
        String hold = job.holdRequested() == null
                ? ""
                : " It is held when it would be queued again: %s.".formatted(withoutStop(job.holdRequested()));
        return "Attempt %d on %s: %s.%s%s"
                .formatted(attempt.number(), attempt.host(), doing(attempt.state()), stopping, hold);
    }

    /** Until when the program may take its time, and how to end that. */
    private static String kill(JobResource job, History.Attempt attempt) {
        return attempt.state() != AttemptState.RUNNING || attempt.killAt() == null
                ? ""
                : " It is killed at %s, unless it ends before. To kill it now: trainyard cancel --force %s."
                        .formatted(attempt.killAt().truncatedTo(ChronoUnit.SECONDS), job.jobId());
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
        return attempt.cause() + exit + (attempt.detail() == null ? "" : ", " + withoutStop(attempt.detail()));
    }
}
