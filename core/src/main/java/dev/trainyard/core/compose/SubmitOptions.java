package dev.trainyard.core.compose;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.Gpus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a compose file cannot say about a job. Null leaves it to the file, or to the message's default.
 *
 * @param labels added to the service's own, and winning over them
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
}
