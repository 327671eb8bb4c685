package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.History;
import dev.trainyard.db.LogStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Explains a job's state to its owner in a sentence or two. */
final class JobExplanation {

    private JobExplanation() {}

    /**
     * What only others than the job know of an attempt that prepares.
     *
     * @param said the last line that was said of its image
     * @param unfit why nothing new is placed on its host
     */
    record Preparing(Optional<LogStore.Preparation> said, Optional<String> unfit) {

        static final Preparing UNKNOWN = new Preparing(Optional.empty(), Optional.empty());

        private String words() {
            return said.map(last -> " Said last, at %s: %s"
                                    .formatted(last.at().truncatedTo(ChronoUnit.SECONDS), last.line()))
                            .orElse("")
                    + unfit.map(why -> " Its host: %s.".formatted(withoutStop(why)))
                            .orElse("");
        }
    }

    static String of(JobResource job, Preparing preparing) {
        return switch (job.state()) {
            case PUBLISHED -> "The request is in Kafka, and no worker has accepted it yet. Is a worker running?";
            case QUEUED -> queued(job);
            case HELD ->
                "It is held: %s. To let it start again: trainyard release %s. To end it: trainyard cancel %s"
                        .formatted(withoutStop(String.valueOf(job.reason())), job.jobId(), job.jobId());
            case RUNNING -> running(job, preparing);
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
            case REJECTED -> "It was not accepted: %s".formatted(job.rejection());
        };
    }

    private static String queued(JobResource job) {
        String waits = job.waitingBecause() == null
                ? "It waits in the queue for the next planning cycle."
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

    private static String running(JobResource job, Preparing preparing) {
        History.Attempt attempt = job.attempt();
        if (attempt == null) {
            return "It runs.";
        }
        String stopping = attempt.stopReason() == null || attempt.state() == AttemptState.ENDED
                ? ""
                : " It is being stopped: %s.%s".formatted(attempt.stopReason(), kill(job, attempt));
        String hold = job.holdRequested() == null
                ? ""
                : " If it is queued again, it will be held: %s.".formatted(withoutStop(job.holdRequested()));
        return "Attempt %d on %s: %s.%s%s%s%s"
                .formatted(
                        attempt.number(),
                        attempt.host(),
                        doing(attempt.state()),
                        suspected(attempt),
                        stopping,
                        hold,
                        attempt.state() == AttemptState.PREPARING ? preparing.words() : "");
    }

    /** Of one that is taken up alone, and not before its rest is over: what looks like a worker that does nothing. */
    private static String suspected(History.Attempt attempt) {
        Instant until = attempt.restsUntil();
        if (until == null || attempt.state() == AttemptState.ENDED) {
            return "";
        }
        return " The process of its worker ended %d times in a row while it worked for this attempt, which may be the reason. So the attempt rests until %s; then the worker takes it up, one such attempt at a time.%s"
                .formatted(
                        attempt.workerDeaths(),
                        until.truncatedTo(ChronoUnit.SECONDS),
                        attempt.state() == AttemptState.RUNNING ? " Its container is left alone meanwhile." : "");
    }

    /** When the grace period ends, and how to end it earlier. */
    private static String kill(JobResource job, History.Attempt attempt) {
        return attempt.state() != AttemptState.RUNNING || attempt.killAt() == null
                ? ""
                : " If it has not ended by %s, it is killed. To kill it now: trainyard cancel --force %s."
                        .formatted(attempt.killAt().truncatedTo(ChronoUnit.SECONDS), job.jobId());
    }

    private static String doing(AttemptState state) {
        return switch (state) {
            case RESERVED -> "devices are reserved, and the worker has not started";
            case PREPARING -> "the worker pulls or builds the image and creates the container";
            case RUNNING -> "the container runs";
            case COLLECTING -> "the container has ended, and the worker collects its log and outputs";
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
