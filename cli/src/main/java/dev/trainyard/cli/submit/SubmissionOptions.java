package dev.trainyard.cli.submit;

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
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.training.ImageSource;
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

/** How a training is handed in: shown only, sent and left, or sent and followed. */
final class SubmissionOptions {

    @Option(
            names = "--dry-run",
            description =
                    "Print the message that would be published and the equivalent docker run command; contact no server.")
    private boolean dryRun;

    @Option(
            names = "--public-env",
            paramLabel = "NAME",
            description = {
                "Let the history, and --dry-run, show the value of this variable, or argument of the build: they hide the values",
                "of all others. Repeat for more."
            })
    private List<String> publicVariables = List.of();

    @Option(
            names = "--json",
            description =
                    "With -d, print the server's answer; else print the job at its end, and the log as messages; with --dry-run, only the message.")
    private boolean json;

    /**
     * Hands it in as a new job, and returns how the command ends.
     *
     * @param context what the image is built from; null: it is not built
     * @param options of this moment
     */
    int send(
            Session session, TrainingSpec spec, @Nullable BuildContext context, SubmitOptions options, boolean detach) {
        ImageSource image = context == null ? spec.pulled() : spec.builtFrom(context.digest());
        Instant now = session.clock().instant();
        requireKnown(spec, image);
        Request.Submit request = options.toRequest(
                spec.publishing(publicVariables), new JobId(UuidV7.generate(now, new SecureRandom())), image);
        byte[] message = RequestCodec.encode(request);
        if (dryRun) {
            return print(session, request, message, json);
        }
        ServerClient server = session.server();
        if (context != null) {
            PackedSource.upload(session, server, context);
        }
        String answer = publish(server, request.jobId(), message);
        if (detach) {
            session.out().println(json ? answer : request.jobId());
            return ExitCode.OK;
        }
        return new Attachment(session, server, request.jobId().toString(), request.name(), json).follow();
    }

    private void requireKnown(TrainingSpec spec, ImageSource image) {
        Set<String> known = new TreeSet<>(spec.run().environment().keySet());
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
                                                .orElse(". Give it with -e, or leave this out.")));
            }
        }
    }

    /** Who does not know whether the request went out must know its id: a second one would train twice. */
    static String publish(ServerClient server, JobId job, byte[] message) {
        try {
            return server.post("/jobs", message);
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
                    "%s\n  The request may have been published nevertheless, as job %s. Look before you submit it again: trainyard show %s"
                            .formatted(e.getMessage(), job, job),
                    e);
        }
    }

    /** @param request what the message comes to */
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
                    "the message has the values of variables, and the user and password of addresses, which are not shown. --public-env NAME shows a value");
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
                    "<packed context> stands for the folder of the build with the source in it, as it would be uploaded");
        });
        session.out().println(DockerRunLine.render(request));
        if (request.run().outputs().location() == null) {
            session.say("<managed outputs> stands for the folder that the worker makes for the outputs");
        }
    }
}
