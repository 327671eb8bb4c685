package dev.trainyard.cli;

import dev.trainyard.cli.source.BuildContext;
import dev.trainyard.core.compose.SubmitOptions;
import dev.trainyard.core.compose.TrainingSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Run the training that a compose file describes.",
            "Shows the log and ends with the container's exit code; with -d, prints the job's id and returns."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard submit docker-compose.yml --param epochs=3 --param lr=0.001",
            "  trainyard submit docker-compose.yml --source digits/ --name digits-3 -d"
        })
final class SubmitCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            paramLabel = "FILE",
            description = "The compose file. .env beside it and the environment fill in its variables.")
    @SuppressWarnings("NullAway.Init") // picocli insists on it
    private Path file;

    @Mixin
    private final ParameterOptions parameters = new ParameterOptions();

    @Option(
            names = "--source",
            paramLabel = "DIR|TAR",
            description = {
                "Build the image from the Dockerfile in the build context (else beside FILE) with this source in it: an archive",
                "under its own name, a folder packed under the name that the Dockerfile adds."
            })
    private @Nullable Path source;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "The service that trains (default: the one with a GPU, or the only one).")
    private @Nullable String service;

    @Option(names = "--name", description = "The job's name (default: container_name, or the service).")
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

    @Option(
            names = {"-d", "--detach"},
            description = "Print the job's id and return.")
    private boolean detach;

    @Mixin
    private final JobOptions job = new JobOptions();

    @Mixin
    private final Submission submission = new Submission();

    SubmitCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ComposeFile compose = new ComposeFile(file);
        TrainingSpec spec = compose.resolve(service, session.environment(), parameters.all(), source != null);
        spec.notices().forEach(notice -> session.say(notice.toString()));
        if (spec.build() == null && source == null) {
            return send(spec, null);
        }
        String dockerfile = spec.build() == null ? "Dockerfile" : spec.build().dockerfile();
        Path folder = spec.build() == null
                ? compose.folder()
                : compose.folder().resolve(spec.build().context());
        try (BuildContext context = BuildContext.pack(folder.normalize(), dockerfile, source)) {
            context.warnings().forEach(session::say);
            return send(spec, context);
        }
    }

    private int send(TrainingSpec spec, @Nullable BuildContext context) {
        SubmitOptions options = job.with(
                name, labels, gracePeriod, session.user(), session.clock().instant());
        return submission.send(session, spec, context, options, detach);
    }
}
