package dev.trainyard.cli;

import dev.trainyard.core.compose.SubmitOptions;
import dev.trainyard.core.lifecycle.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a job is besides its training: its name, its place in the queue, its limits. */
final class JobOptions {

    @Option(
            names = "--name",
            description = "The job's name (default: container_name, or the service; of train: the model).")
    private @Nullable String name;

    @Option(names = "--team", description = "The team that the job belongs to.")
    private @Nullable String team;

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "A label of the job and its container. Repeat for more.")
    private Map<String, String> labels = Map.of();

    @Option(names = "--priority", paramLabel = "N", description = "From 0 to 1000; higher goes first (default: 500).")
    private @Nullable Integer priority;

    @Option(
            names = "--time-limit",
            paramLabel = "DURATION",
            converter = TimeConverters.OfDuration.class,
            description = "Stop the container after so long, for example 8h or 1h30m.")
    private @Nullable Duration timeLimit;

    @Option(
            names = "--grace-period",
            paramLabel = "DURATION",
            converter = TimeConverters.OfDuration.class,
            description = "Between the stop signal and KILL (default: the file's stop_grace_period, or 10s).")
    private @Nullable Duration gracePeriod;

    @Option(
            names = "--max-attempts",
            paramLabel = "N",
            description = "Try again after failures, so often in all (default: 1).")
    private @Nullable Integer maxAttempts;

    @Option(
            names = "--backoff",
            paramLabel = "DURATION",
            converter = TimeConverters.OfDuration.class,
            description = "Pause before the first retry; doubles with each (default: 10s).")
    private @Nullable Duration backoff;

    @Option(
            names = "--not-before",
            paramLabel = "INSTANT",
            converter = TimeConverters.OfInstant.class,
            description = "Do not start it earlier, for example 2026-11-24T18:00:00Z.")
    private @Nullable Instant notBefore;

    /** As they were given, with who submits and when. */
    SubmitOptions of(String user, Instant now) {
        return new SubmitOptions(
                name, team, user, labels, priority, null, retry(), timeLimit, gracePeriod, now, notBefore);
    }

    private @Nullable RetryPolicy retry() {
        return maxAttempts == null && backoff == null
                ? null
                : new RetryPolicy(
                        Objects.requireNonNullElse(maxAttempts, RetryPolicy.DEFAULT.maxAttempts()),
                        Objects.requireNonNullElse(backoff, RetryPolicy.DEFAULT.backoff()),
                        List.of());
    }
}
