package dev.trainyard.cli;

import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.source.BuildContext;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.compose.SubmitOptions;
import dev.trainyard.core.compose.TrainingSpec;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.DockerRunLine;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.UuidV7;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
            arity = "1..*",
            description = {
                "The compose file. .env beside it and the environment fill in its variables.",
                "More than one are merged as Compose merges them: the later goes over the earlier, and paths in all of them",
                "are relative to the folder of the first."
            })
    private List<Path> files = List.of();

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
        ComposeFile compose = new ComposeFile(files);
        TrainingSpec spec = compose.resolve(service, session.environment(), parameters.all(), source != null);
        spec.notices().forEach(notice -> session.say(notice.toString()));
        if (spec.build() == null && source == null) {
            return submit(request(spec, spec.pulled()), null);
        }
        String dockerfile = spec.build() == null ? "Dockerfile" : spec.build().dockerfile();
        String inline = spec.build() == null ? null : spec.build().dockerfileInline();
        Path folder = spec.build() == null
                ? compose.folder()
                : compose.folder().resolve(spec.build().context());
        try (BuildContext context = BuildContext.pack(folder.normalize(), dockerfile, inline, source)) {
            context.warnings().forEach(session::say);
            return submit(request(spec, spec.builtFrom(context.digest())), context);
        }
    }

    private Request.Submit request(TrainingSpec spec, ImageSource image) {
        Instant now = session.clock().instant();
        SubmitOptions options = new SubmitOptions(
                name, team, session.user(), labels, priority, null, retry(), timeLimit, gracePeriod, now, notBefore);
        return spec.toRequest(new JobId(UuidV7.generate(now, new SecureRandom())), image, options);
    }

    private @Nullable RetryPolicy retry() {
        return maxAttempts == null && backoff == null
                ? null
                : new RetryPolicy(
                        Objects.requireNonNullElse(maxAttempts, RetryPolicy.DEFAULT.maxAttempts()),
                        Objects.requireNonNullElse(backoff, RetryPolicy.DEFAULT.backoff()),
                        List.of());
    }

    private int submit(Request.Submit request, @Nullable BuildContext context) {
        byte[] message = RequestCodec.encode(request);
        if (dryRun) {
            return print(request, message);
        }
        Server server = session.server();
        if (context != null && !server.hasSource(context.digest())) {
            try (UploadProgress progress = new UploadProgress(session, context.size())) {
                server.putSource(context.digest(), context.tar(), progress);
            }
        }
        String answer = server.post("/jobs", message);
        if (detach) {
            session.out().println(json ? answer : request.jobId());
            return ExitCode.OK;
        }
        return new Attachment(session, server, request, json).follow();
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
