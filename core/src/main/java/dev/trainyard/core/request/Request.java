package dev.trainyard.core.request;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message of the topic {@code trainyard.requests}, schema {@code trainyard.request/v1}, decoded and valid. */
public sealed interface Request {

    JobId jobId();

    /**
     * Run this training.
     *
     * @param priority 0 to 1000; higher goes first
     * @param submittedAt the publisher's clock, kept as evidence only; not part of the digest
     * @param timeLimit counts from the container's start; null: none
     * @param gracePeriod between the stop signal and KILL
     * @param notBefore the job is not placed before this instant
     */
    record Submit(
            JobId jobId,
            String name,
            @Nullable String team,
            @Nullable String submittedBy,
            Map<String, String> labels,
            int priority,
            @Nullable Instant submittedAt,
            ImageSource image,
            RunSpec run,
            Gpus gpus,
            RetryPolicy retry,
            @Nullable Duration timeLimit,
            Duration gracePeriod,
            @Nullable Instant notBefore)
            implements Request {

        /** The same training, run in another way. */
        public Submit with(RunSpec other) {
            return new Submit(
                    jobId,
                    name,
                    team,
                    submittedBy,
                    labels,
                    priority,
                    submittedAt,
                    image,
                    other,
                    gpus,
                    retry,
                    timeLimit,
                    gracePeriod,
                    notBefore);
        }

        public static final int DEFAULT_PRIORITY = 500;

        /** Docker's own default between SIGTERM and SIGKILL. */
        public static final Duration DEFAULT_GRACE_PERIOD = Duration.ofSeconds(10);
    }

    /**
     * Run a stored draft with these parameters. What that is gets decided once, when a worker takes the message in.
     *
     * @param params by name, with or without leading dashes, in the order of the message
     * @param outputs absolute path on the worker's host; null: as the draft says
     * @param name null: that of the draft
     * @param gpus null: as the draft says
     * @param gracePeriod null: as the draft says
     */
    record Train(
            JobId jobId,
            DraftRef draft,
            Map<String, ParameterValue> params,
            @Nullable String outputs,
            @Nullable String name,
            @Nullable String team,
            @Nullable String submittedBy,
            Map<String, String> labels,
            int priority,
            @Nullable Instant submittedAt,
            @Nullable Gpus gpus,
            RetryPolicy retry,
            @Nullable Duration timeLimit,
            @Nullable Duration gracePeriod,
            @Nullable Instant notBefore)
            implements Request {}

    /**
     * End this job, whether it is queued, running, or not yet submitted.
     *
     * @param force whether its program is killed at once, without its grace period
     */
    record Cancel(
            JobId jobId,
            @Nullable String submittedBy,
            @Nullable Instant submittedAt,
            boolean force) implements Request {}
}
