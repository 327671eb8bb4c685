package dev.trainyard.core.request;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.TrainingSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of a submission that are not in the compose file. Null means the file's value, or the default of the message.
 *
 * @param labels added to the labels of the service, and override them
 */
public record SubmitOptions(
        @Nullable String name,
        @Nullable String team,
        @Nullable String submittedBy,
        Map<String, String> labels,
        @Nullable Integer priority,
        @Nullable Gpus gpus,
        @Nullable RetryPolicy retry,
        @Nullable Duration timeLimit,
        @Nullable Duration gracePeriod,
        @Nullable Instant submittedAt,
        @Nullable Instant notBefore) {

    public static final SubmitOptions NONE =
            new SubmitOptions(null, null, null, Map.of(), null, null, null, null, null, null, null);

    /** Creates the message to publish. */
    public Request.Submit toRequest(TrainingSpec training, JobId jobId, ImageSource image) {
        Map<String, String> allLabels = new LinkedHashMap<>(training.labels());
        allLabels.putAll(labels);
        return new Request.Submit(
                jobId,
                Objects.requireNonNullElse(name, training.name()),
                team,
                submittedBy,
                allLabels,
                Objects.requireNonNullElse(priority, Request.Submit.DEFAULT_PRIORITY),
                submittedAt,
                image,
                training.run(),
                Objects.requireNonNullElse(gpus, training.gpus()),
                Objects.requireNonNullElse(retry, RetryPolicy.DEFAULT),
                timeLimit,
                Objects.requireNonNullElse(gracePeriod, training.gracePeriod()),
                notBefore);
    }
}
