package dev.trainyard.cli.submit;

import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.source.BuildContext;
import dev.trainyard.cli.source.ComposeFile;
import dev.trainyard.cli.source.PackedSource;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.training.TrainingSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trainyard submit}. */
@Command(
        description = {
            "Run the training in a compose file.",
            "Shows the log and exits with the container's exit code. With -d, prints the job's id and returns."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard submit docker-compose.yml --param epochs=3 --param lr=0.001",
            "  trainyard submit docker-compose.yml --source digits/ --name digits-3 -d"
        })
public final class SubmitCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = {
                "The compose file. Its variables are set from the environment and from .env next to it.",
                "Several files are merged as Compose does: a later file overrides an earlier one, and paths in all of them",
                "are relative to the folder of the first."
            })
    private List<Path> files = List.of();

    @Mixin
    private final ParameterOptions parameters = new ParameterOptions();

    @Option(
            names = "--source",
            paramLabel = "DIR|TAR",
            description = {
                "Add this source to the build context (default: the folder of FILE) and build the image: an archive",
                "under its own name, or a folder, packed under the name that the Dockerfile adds."
            })
    private @Nullable Path source;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "The service that trains (default: the one with a GPU, or the only one).")
    private @Nullable String service;

    @Option(
            names = {"-d", "--detach"},
            description = "Print the job's id and return.")
    private boolean detach;

    @Mixin
    private final NamedJobOptions job = new NamedJobOptions();

    @Mixin
    private final SubmissionOptions submission = new SubmissionOptions();

    public SubmitCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ComposeFile compose = new ComposeFile(files);
        TrainingSpec spec = compose.resolve(
                service,
                session.environment(),
                parameters.all(),
                source != null,
                OwnFolders.at(compose.folder(), session, submission.isDryRun()));
        spec.notices().forEach(notice -> session.say(notice.toString()));
        if (!PackedSource.isNeeded(spec, source)) {
            return send(spec, null);
        }
        try (BuildContext context = PackedSource.pack(session, compose.folder(), spec, source)) {
            return send(spec, context);
        }
    }

    private int send(TrainingSpec spec, @Nullable BuildContext context) {
        SubmitOptions options = job.of(session, spec.labels().keySet());
        return submission.send(session, spec, context, options, detach);
    }
}
