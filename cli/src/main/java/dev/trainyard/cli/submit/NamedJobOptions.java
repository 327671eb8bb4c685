package dev.trainyard.cli.submit;

import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.TimeConverters;
import dev.trainyard.core.request.SubmitOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Adds the options for which {@code run} has flags of docker run. */
final class NamedJobOptions extends JobOptions {

    @Option(
            names = "--name",
            description = "The job's name (default: container_name, else the service; for train: the model).")
    private @Nullable String name;

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "Set a label on the job and its container. Can be repeated.")
    private Map<String, String> labels = Map.of();

    @Option(
            names = "--grace-period",
            paramLabel = "DURATION",
            converter = TimeConverters.OfDuration.class,
            description = "Time between the stop signal and KILL (default: the file's stop_grace_period, or 10s).")
    private @Nullable Duration gracePeriod;

    /** @param said names of labels that the job already has. They override those of the configuration */
    SubmitOptions of(Session session, Set<String> said) {
        return with(name, labels, gracePeriod, session, said);
    }
}
