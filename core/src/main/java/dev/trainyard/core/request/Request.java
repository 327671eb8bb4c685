package dev.trainyard.core.request;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A valid message of the topic {@code trainyard.requests}, with the schema {@code trainyard.request/v1}. */
public sealed interface Request {

    JobId jobId();

    /**
     * Run this training.
     *
     * @param priority 0 to 1000; jobs with a higher priority start first
     * @param submittedAt time by the publisher's clock, for information only; not part of the digest
     * @param timeLimit from the start of the container; null for none
     * @param gracePeriod between the stop signal and SIGKILL
     * @param notBefore earliest time to place the job
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

        /** The same job with another run specification. */
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
     * Run a stored draft with these parameters. The draft is filled in once, when a worker accepts the message.
     *
     * @param params by name, with or without leading dashes, in the order of the message
     * @param outputs absolute path on the worker's host; null for the draft's
     * @param name null for the draft's
     * @param gpus null for the draft's
     * @param gracePeriod null for the draft's
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
     * Cancel this job, even if its submission has not arrived yet.
     *
     * @param force whether to kill the program at once, without a grace period
     */
    record Cancel(
            JobId jobId,
            @Nullable String submittedBy,
            @Nullable Instant submittedAt,
            boolean force) implements Request {}
}
