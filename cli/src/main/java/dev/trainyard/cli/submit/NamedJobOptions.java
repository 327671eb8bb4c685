package dev.trainyard.cli.submit;

import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.TimeConverters;
import dev.trainyard.core.request.SubmitOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With what {@code run} says in Docker's words instead. */
final class NamedJobOptions extends JobOptions {

    @Option(
            names = "--name",
            description = "The job's name (default: container_name, or the service; of train: the model).")
    private @Nullable String name;

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "A label of the job and its container. Repeat for more.")
    private Map<String, String> labels = Map.of();

    @Option(
            names = "--grace-period",
            paramLabel = "DURATION",
            converter = TimeConverters.OfDuration.class,
            description = "Between the stop signal and KILL (default: the file's stop_grace_period, or 10s).")
    private @Nullable Duration gracePeriod;

    /** @param said labels that the job has already: they go before those of the configuration */
    SubmitOptions of(Session session, Set<String> said) {
        return with(name, labels, gracePeriod, session, said);
    }
}
