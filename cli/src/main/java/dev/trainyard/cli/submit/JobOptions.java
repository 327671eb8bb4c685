package dev.trainyard.cli.submit;

import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.TimeConverters;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.SubmitOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a job that do not depend on how its container is described. */
sealed class JobOptions permits NamedJobOptions {

    private static final int MAX_PRIORITY = 1_000;

    @Option(
            names = "--team",
            description = "The job's team (default: TRAINYARD_TEAM, or the team in the configuration file).")
    private @Nullable String team;

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "0 to 1000. Jobs with a higher priority start first (default: 500).")
    private @Nullable Integer priority;

    @Option(
            names = "--time-limit",
            paramLabel = "DURATION",
            converter = TimeConverters.OfDuration.class,
            description = "Stop the container after this time, for example 8h or 1h30m.")
    private @Nullable Duration timeLimit;

    @Option(
            names = "--max-attempts",
            paramLabel = "N",
            description = "Retry a failed job until it has had N attempts (default: 1).")
    private @Nullable Integer maxAttempts;

    @Option(
            names = "--backoff",
            paramLabel = "DURATION",
            converter = TimeConverters.OfDuration.class,
            description = "Pause before the first retry. Doubles with each retry (default: 10s).")
    private @Nullable Duration backoff;

    @Option(
            names = "--retry-on",
            paramLabel = "CAUSE|CODE",
            description = {
                "Retry after this exit code, or after an attempt that ended with this cause, for example OUT_OF_MEMORY.",
                "Adds to the default rules, which retry a failed program after any exit code.",
                "To retry after 75 only: --retry-on 75 --fail-on PROGRAM_ERROR.",
                "Requires --max-attempts. docs/cli.md lists the causes."
            })
    private List<String> retryOn = List.of();

    @Option(
            names = "--fail-on",
            paramLabel = "CAUSE|CODE",
            description = "Do not retry after this exit code or cause. An exit code takes precedence over a cause.")
    private List<String> failOn = List.of();

    @Option(
            names = "--not-before",
            paramLabel = "INSTANT",
            converter = TimeConverters.OfInstant.class,
            description = "Do not start the job before this time, for example 2026-11-24T18:00:00Z.")
    private @Nullable Instant notBefore;

    /**
     * Combines these options with those of a single command and with the person's configuration.
     *
     * @param labels override those of the configuration
     * @param said names of labels that the job already has. They override those of the configuration, too
     */
    SubmitOptions with(
            @Nullable String name,
            Map<String, String> labels,
            @Nullable Duration gracePeriod,
            Session session,
            Set<String> said) {
        if (priority != null && (priority < 0 || priority > MAX_PRIORITY)) {
            throw new Failure(
                    ExitCode.INVALID,
                    "--priority: %d is not between 0 and %d. The default is 500.".formatted(priority, MAX_PRIORITY));
        }
        Map<String, String> all = new LinkedHashMap<>(session.configuration().labels());
        all.keySet().removeAll(said);
        all.putAll(labels);
        return new SubmitOptions(
                name,
                team == null ? session.configuration().team().orElse(null) : team,
                session.user(),
                all,
                priority,
                null,
                retry(),
                timeLimit,
                gracePeriod,
                session.clock().instant(),
                notBefore);
    }

    private @Nullable RetryPolicy retry() {
        if (!retryOn.isEmpty() && (maxAttempts == null || maxAttempts < 2)) {
            throw new Failure(
                    ExitCode.INVALID,
                    "--retry-on: without --max-attempts, a job has one attempt. Add --max-attempts N. N includes the first attempt.");
        }
        List<RetryPolicy.Rule> rules = RetryRules.of(retryOn, failOn);
        return maxAttempts == null && backoff == null && rules.isEmpty()
                ? null
                : new RetryPolicy(
                        Objects.requireNonNullElse(maxAttempts, RetryPolicy.DEFAULT.maxAttempts()),
                        Objects.requireNonNullElse(backoff, RetryPolicy.DEFAULT.backoff()),
                        rules);
    }
}
