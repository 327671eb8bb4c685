package dev.trainyard.cli.submit;

import dev.trainyard.cli.server.LocalServer;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.OptionNames;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.source.BuildContext;
import dev.trainyard.cli.source.PackedSource;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.request.UuidV7;
import dev.trainyard.core.runline.DockerRunLine;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.TrainingSpec;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to submit a training: only show the message, send it and return, or send it and follow the job. */
final class SubmissionOptions {

    @Option(
            names = "--dry-run",
            description = "Print the message and the equivalent docker run command. Do not contact a server.")
    private boolean dryRun;

    @Option(
            names = "--public-env",
            paramLabel = "NAME",
            description = {
                "Show the value of this environment variable or build argument in the history and in --dry-run.",
                "All other values are hidden. Can be repeated."
            })
    private List<String> publicVariables = List.of();

    @Option(
            names = "--outputs",
            paramLabel = "managed",
            description = {
                "managed: keep the outputs in a folder of the job's own on its worker, whatever is mounted at /outputs.",
                "Several jobs then run at once, although their file names one folder."
            })
    private @Nullable String outputs;

    @Option(
            names = "--json",
            description =
                    "With -d, print the server's answer as JSON. Otherwise print the job at its end, and its log on standard error. With --dry-run, print only the message.")
    private boolean json;

    boolean isDryRun() {
        return dryRun;
    }

    /**
     * Submits the training as a new job, and returns the exit code of the command.
     *
     * @param context from which the worker builds the image. Null if the image is pulled
     * @param options of this submission
     */
    int send(
            Session session, TrainingSpec spec, @Nullable BuildContext context, SubmitOptions options, boolean detach) {
        ImageSource image = context == null ? spec.pulled() : spec.builtFrom(context.digest());
        Instant now = session.clock().instant();
        requireKnown(spec, image);
        TrainingSpec published = withOutputs(spec.publishing(publicVariables));
        Request.Submit request = options.toRequest(
                dryRun ? published : published.with(OwnFolders.provided(published.run())),
                new JobId(UuidV7.generate(now, new SecureRandom())),
                image);
        byte[] message = RequestCodec.encode(request);
        if (dryRun) {
            return print(session, request, message, json);
        }
        ServerClient server = session.server();
        if (context != null) {
            PackedSource.upload(session, server, context);
        }
        String answer = publish(session, request.jobId(), message);
        if (detach) {
            session.out().println(json ? answer : request.jobId());
            return ExitCode.OK;
        }
        return new Attachment(session, server, request.jobId().toString(), request.name(), json).follow();
    }

    private TrainingSpec withOutputs(TrainingSpec spec) {
        if (outputs == null) {
            return spec;
        }
        if (!outputs.equals("managed")) {
            throw new Failure(
                    ExitCode.INVALID,
                    "--outputs: '%s' is not managed. To name a folder, mount it at /outputs."
                            .formatted(Excerpt.plain(outputs, 60)));
        }
        return spec.with(spec.run()
                .withOutputs(new Outputs(spec.run().storage().outputs().target(), null)));
    }

    private void requireKnown(TrainingSpec spec, ImageSource image) {
        Set<String> known = new TreeSet<>(spec.run().program().environment().keySet());
        if (image instanceof ImageSource.Build build) {
            known.addAll(build.args().keySet());
        }
        for (String name : publicVariables) {
            if (!known.contains(name)) {
                throw new Failure(
                        ExitCode.INVALID,
                        "--public-env: the training has no variable %s%s"
                                .formatted(
                                        name,
                                        NearestName.among(known, name)
                                                .map(". Did you mean %s?"::formatted)
                                                .orElse(". Set it with -e, or remove the option.")));
            }
        }
    }

    /**
     * Over the server's socket if it can be used, so that the server knows whose job it is. If it is unclear whether the request was published,
     * the message contains the job's id: a second submission would train twice.
     */
    static String publish(Session session, JobId job, byte[] message) {
        LocalServer local = session.localServer();
        try {
            return local.isUsable()
                    ? local.post("/jobs", message)
                    : session.server().post("/jobs", message);
        } catch (Failure e) {
            if (e.exitCode() == ExitCode.INVALID) {
                throw new Failure(e.exitCode(), OptionNames.in(Failure.reason(e)), e);
            }
            boolean brokeOff = e.exitCode() == ExitCode.UNREACHABLE
                    && e.getCause() != null
                    && !(e.getCause() instanceof ConnectException || e.getCause() instanceof UnknownHostException);
            if (e.exitCode() != ExitCode.TRY_LATER && !brokeOff) {
                throw e;
            }
            throw new Failure(
                    e.exitCode(),
                    "%s\n  The request may still have been published, as job %s. Check before you submit it again: trainyard show %s"
                            .formatted(e.getMessage(), job, job),
                    e);
        }
    }

    /** @param request the decoded message */
    static int print(Session session, Request.Submit request, byte[] message, boolean json) {
        try {
            RequestCodec.decode(message);
        } catch (InvalidRequest e) {
            throw new Failure(ExitCode.INVALID, OptionNames.in(Failure.reason(e)), e);
        }
        ShownMessage shown = ShownMessage.of(message);
        session.out().println(shown.text());
        if (shown.masked()) {
            session.say(
                    "values of variables, and users and passwords in addresses, are hidden above. --public-env NAME shows the value of a variable");
        }
        if (!json) {
            printDockerLines(session, request);
        }
        return ExitCode.OK;
    }

    private static void printDockerLines(Session session, Request.Submit request) {
        session.out().println();
        DockerRunLine.build(request).ifPresent(build -> {
            session.out().println(build);
            session.say(
                    "<packed context> stands for the build context with the source in it, as the client would upload it");
        });
        session.out().println(DockerRunLine.render(request));
        if (request.run().storage().outputs().location() == null) {
            session.say("<managed outputs> stands for the outputs folder that the worker creates");
        }
    }
}
