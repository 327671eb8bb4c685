package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.PageOptions;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.TimeConverters;
import dev.trainyard.cli.session.WideOption;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.cli.terminal.ShortIds;
import dev.trainyard.cli.terminal.Shown;
import dev.trainyard.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code trainyard jobs}. */
@Command(
        description = "List jobs, newest first.",
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard jobs --mine --state RUNNING,QUEUED",
            "  trainyard jobs --team vision --label dataset=imagenet --since 7d --wide"
        })
public final class JobsCommand implements Callable<Integer> {

    private static final int USUAL = 50;

    private final Session session;

    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE",
            description = "Only jobs in one of these states, separated by commas: ${COMPLETION-CANDIDATES}.")
    private @Nullable List<State> states;

    @Option(names = "--mine", description = "Only jobs that you submitted.")
    private boolean mine;

    @Option(names = "--by", paramLabel = "PERSON", description = "Only jobs that this person submitted.")
    private @Nullable String by;

    @Option(names = "--team", paramLabel = "TEAM", description = "Only this team's jobs.")
    private @Nullable String team;

    @Option(names = "--name", paramLabel = "NAME", description = "Only jobs with this name.")
    private @Nullable String name;

    @Option(
            names = "--label",
            paramLabel = "NAME[=VALUE]",
            description = "Only jobs with this label. Can be repeated: jobs must have all labels.")
    private List<String> labels = List.of();

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Only jobs accepted since this time: 2h, 7d, or 2026-11-24T18:00:00Z.")
    private @Nullable String since;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    /** Names as in the server's API, in the order in which a job enters these states. */
    private enum State {
        PUBLISHED,
        QUEUED,
        HELD,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        REJECTED
    }

    public JobsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        Query query = filtered();
        boolean all = query.path().equals("/jobs");
        String body = server.get(page.of(query, USUAL).path());
        if (json.isGiven()) {
            session.out().println(body);
            return ExitCode.OK;
        }
        JsonObject answer = server.parse(body);
        List<JsonObject> jobs = answer.objects("jobs");
        if (jobs.isEmpty()) {
            session.say("no jobs" + (all ? " yet. To submit one: trainyard submit FILE" : " match"));
            return ExitCode.OK;
        }
        print(jobs);
        PageOptions.tellOfMore(session, answer, "%d jobs".formatted(jobs.size()));
        return ExitCode.OK;
    }

    private Query filtered() {
        if (mine && by != null) {
            throw new Failure(
                    ExitCode.INVALID,
                    "--mine means --by %s, but --by %s is also given. Give only one.".formatted(session.user(), by));
        }
        if (states != null && states.isEmpty()) {
            throw new Failure(ExitCode.INVALID, "--state: no state is given. Give one, or remove the option.");
        }
        Query query = new Query("/jobs")
                .with(
                        "state",
                        states == null ? null : states.stream().map(State::name).collect(Collectors.joining(",")))
                .with("team", team)
                .with("name", name)
                .with("by", mine ? session.user() : by);
        for (String label : labels) {
            query = query.with("label", label);
        }
        return query.with("since", since == null ? null : TimeConverters.since("--since", since, session.clock()));
    }

    private void print(List<JsonObject> jobs) {
        Shown shown = session.shown();
        ShortIds ids = new ShortIds(jobs.stream().map(job -> job.text("jobId")).toList());
        List<String> titles =
                new ArrayList<>(List.of("JOB", "NAME", "STATE", "CAUSE", "EXIT", "BY", "HOST", "AGE", "RUN TIME"));
        if (wide.isGiven()) {
            titles.addAll(List.of("TEAM", "LABELS", "PRIORITY", "ATTEMPTS", "ACCEPTED", "ENDED"));
        }
        titles.add("REASON");
        Table table = new Table(titles)
                .whole("JOB", "STATE", "AGE", "RUN TIME")
                .dispensable("REASON", "RUN TIME", "BY", "EXIT");
        for (JsonObject job : jobs) {
            JsonObject attempt = job.object("attempt");
            String id = job.text("jobId");
            List<String> cells = new ArrayList<>(List.of(
                    wide.isGiven() ? id : ids.of(id),
                    job.text("name"),
                    job.text("state"),
                    attempt.text("cause"),
                    attempt.text("exitCode"),
                    job.text("submittedBy"),
                    attempt.text("host"),
                    shown.between(job.text("acceptedAt"), ""),
                    shown.between(attempt.text("startedAt"), attempt.text("exitedAt"))));
            if (wide.isGiven()) {
                cells.addAll(List.of(
                        job.text("team"),
                        labels(job),
                        job.text("priority"),
                        attempts(job),
                        shown.time(job.text("acceptedAt")),
                        shown.time(job.text("endedAt"))));
            }
            cells.add(reason(job, attempt, shown));
            table.row(cells);
        }
        wide.print(table, session);
    }

    /** The reason without its leading cause, which has its own column. */
    private String reason(JsonObject job, JsonObject attempt, Shown shown) {
        String reason = session.forPeople(JobReason.of(job, shown));
        String cause = attempt.text("cause");
        String rest = !cause.isEmpty() && (reason + ": ").startsWith(cause + ": ")
                ? reason.substring(Math.min(reason.length(), cause.length() + 2))
                : reason;
        return Shown.inOneLine(rest);
    }

    private static String labels(JsonObject job) {
        JsonObject labels = job.object("labels");
        return labels.names().stream()
                .map(name -> name + "=" + labels.text(name))
                .collect(Collectors.joining(","));
    }

    /** Empty for a job that no worker has accepted: its number of attempts is unknown. */
    private static String attempts(JsonObject job) {
        return job.text("acceptedAt").isEmpty() ? "" : job.text("attempts");
    }
}
