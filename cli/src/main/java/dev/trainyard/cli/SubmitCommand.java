package dev.trainyard.cli;

import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.source.BuildContext;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.compose.TrainingSpec;
import dev.trainyard.core.request.DockerRunLine;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.UuidV7;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

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

    @Mixin
    private final JobOptions options = new JobOptions();

    @Option(
            names = {"-d", "--detach"},
            description = "Print the job's id and return.")
    private boolean detach;

    @Option(
            names = "--dry-run",
            description =
                    "Print the message that would be published and the docker run line that equals it; contact nobody.")
    private boolean dryRun;

    @Option(
            names = "--json",
            description =
                    "With -d, print the server's answer; else print the job at its end, and the log as messages; with --dry-run, only the message.")
    private boolean json;

    SubmitCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ComposeFile compose = new ComposeFile(file);
        TrainingSpec spec = compose.resolve(service, session.environment(), parameters.all(), source != null);
        spec.notices().forEach(notice -> session.say(notice.toString()));
        if (!PackedSource.isNeeded(spec, source)) {
            return submit(request(spec, spec.pulled()), null);
        }
        try (BuildContext context = PackedSource.pack(session, compose, spec, source)) {
            return submit(request(spec, spec.builtFrom(context.digest())), context);
        }
    }

    private Request.Submit request(TrainingSpec spec, ImageSource image) {
        Instant now = session.clock().instant();
        return spec.toRequest(
                new JobId(UuidV7.generate(now, new SecureRandom())), image, options.of(session.user(), now));
    }

    private int submit(Request.Submit request, @Nullable BuildContext context) {
        byte[] message = RequestCodec.encode(request);
        if (dryRun) {
            return print(request, message);
        }
        Server server = session.server();
        if (context != null) {
            PackedSource.upload(session, server, context);
        }
        String answer = server.post("/jobs", message);
        if (detach) {
            session.out().println(json ? answer : request.jobId());
            return ExitCode.OK;
        }
        return new Attachment(session, server, request.jobId().toString(), request.name(), json).follow();
    }

    private int print(Request.Submit request, byte[] message) {
        try {
            RequestCodec.decode(message);
        } catch (InvalidRequest e) {
            throw new Failure(ExitCode.INVALID, Failure.reason(e), e);
        }
        session.out().println(JsonMapper.shared().readTree(message).toPrettyString());
        if (!json) {
            session.out().println();
            session.out().println(DockerRunLine.render(request));
        }
        return ExitCode.OK;
    }
}
