package dev.trainyard.cli.submit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.trainyard.cli.drafts.StoredDraft;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.OptionNames;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.request.UuidV7;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code trainyard train}. */
@Command(
        description = {
            "Train a model: fill its draft with parameters and run it as a job.",
            "Shows the log and exits with the container's exit code. With -d, prints the job's id and returns.",
            "Write the model's own parameters after MODEL, as arguments of its program: --lr 0.1 --amp.",
            "If a parameter has the name of an option below, set it with --param."
        },
        customSynopsis = "trainyard train MODEL [--NAME VALUE]... [OPTIONS]",
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard train resnet18 --lr 0.1 --epochs 3 --outputs /logs/run-7",
            "  trainyard train resnet18 --help    shows the parameters of resnet18"
        })
public final class TrainCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            paramLabel = "MODEL",
            description = "The draft: NAME or NAME@VERSION. trainyard drafts list lists all drafts.")
    private String model = "";

    @Unmatched
    private final List<String> own = new ArrayList<>();

    @Mixin
    private final ParameterOptions parameters = new ParameterOptions();

    @Option(
            names = "--outputs",
            paramLabel = "DIR",
            description = "The outputs folder: an absolute path on the worker's host (default: the draft's).")
    private @Nullable String outputs;

    @Mixin
    private final NamedJobOptions options = new NamedJobOptions();

    @Option(
            names = {"-d", "--detach"},
            description = "Print the job's id and return.")
    private boolean detach;

    @Option(
            names = "--dry-run",
            description = "Print the message and the equivalent docker run command. Do not publish.")
    private boolean dryRun;

    @Option(
            names = "--json",
            description =
                    "With -d, print the server's answer as JSON. Otherwise print the job at its end, and its log on standard error. With --dry-run, print only the message.")
    private boolean json;

    public TrainCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (outputs != null && !outputs.startsWith("/")) {
            throw new Failure(
                    ExitCode.INVALID,
                    "--outputs: '%s' is not an absolute path. Write a path on the worker's host that starts with /."
                            .formatted(outputs));
        }
        ServerClient server = session.server();
        StoredDraft draft = StoredDraft.fetch(server, model);
        Map<String, ParameterValue> params = params(draft);
        draft.check(params);
        Request.Train request = request(draft, params);
        if (dryRun) {
            return submission(draft, request);
        }
        String answer = SubmissionOptions.publish(session, request.jobId(), RequestCodec.encode(request));
        String id = request.jobId().toString();
        if (detach) {
            session.out().println(json ? answer : id);
            return ExitCode.OK;
        }
        String name = Objects.requireNonNullElse(request.name(), draft.ref().toString());
        return new Attachment(session, server, id, name, json).follow();
    }

    /** Fetches the draft from the server, and contacts it for nothing else. */
    private int submission(StoredDraft draft, Request.Train request) {
        try {
            return SubmissionOptions.print(session, draft.draft().resolve(request), RequestCodec.encode(request), json);
        } catch (InvalidRequest e) {
            throw new Failure(ExitCode.INVALID, OptionNames.in(Failure.reason(e)), e);
        }
    }

    /** Arguments after MODEL override {@code --param} and {@code --params}. */
    private Map<String, ParameterValue> params(StoredDraft draft) {
        Map<String, ParameterValue> params = new LinkedHashMap<>();
        Map<String, ParameterValue> written =
                ModelArguments.parse(own, draft.draft().parameters());
        Set<String> names = written.keySet().stream()
                .map(name -> name.replaceFirst("^-+", ""))
                .collect(Collectors.toSet());
        params.putAll(StoredDraft.values(parameters.all().stream()
                .filter(each -> !names.contains(each.plainName()))
                .toList()));
        params.putAll(written);
        return params;
    }

    private Request.Train request(StoredDraft draft, Map<String, ParameterValue> params) {
        Instant now = session.clock().instant();
        SubmitOptions job = options.of(session, Set.of());
        return new Request.Train(
                new JobId(UuidV7.generate(now, new SecureRandom())),
                draft.ref(),
                params,
                outputs,
                job.name(),
                job.team(),
                job.submittedBy(),
                job.labels(),
                Objects.requireNonNullElse(job.priority(), Request.Submit.DEFAULT_PRIORITY),
                job.submittedAt(),
                job.gpus(),
                Objects.requireNonNullElse(job.retry(), RetryPolicy.DEFAULT),
                job.timeLimit(),
                job.gracePeriod(),
                job.notBefore());
    }

    /** For the help: the parameters of the named model, from the server. Empty if no model was named. */
    public String modelHelp() {
        if (model.isEmpty()) {
            return "";
        }
        try {
            StoredDraft draft = StoredDraft.fetch(session.server(), model);
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            draft.printParameters(new PrintStream(text, false, UTF_8), session.tableWidth() - 2);
            return "%nParameters of %s:%n%s"
                    .formatted(draft.ref(), text.toString(UTF_8).indent(2));
        } catch (Failure e) {
            return "%nThe parameters of %s cannot be shown: %s%n".formatted(model, e.getMessage());
        }
    }
}
