package dev.trainyard.cli;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.ShortIds;
import dev.trainyard.cli.terminal.Shown;
import dev.trainyard.cli.terminal.Table;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        description = "List jobs, newest first.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard jobs --state RUNNING --team vision")
final class JobsCommand implements Callable<Integer> {

    private final Session session;

    @Option(names = "--state", description = "Only jobs in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable State state;

    @Option(names = "--team", description = "Only this team's jobs.")
    private @Nullable String team;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 50).")
    private int limit = 50;

    @Mixin
    private final JsonOption json = new JsonOption();

    /** As the server names them; in the order in which a job goes through them. */
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

    JobsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Server server = session.server();
        String body = server.get(new Query("/jobs")
                .with("state", state)
                .with("team", team)
                .with("limit", limit)
                .path());
        if (json.isGiven()) {
            session.out().println(body);
            return ExitCode.OK;
        }
        List<JsonObject> jobs = server.parse(body).objects("jobs");
        if (jobs.isEmpty()) {
            session.say("no jobs" + (state == null && team == null ? " yet: trainyard submit FILE" : " like that"));
            return ExitCode.OK;
        }
        print(jobs);
        return ExitCode.OK;
    }

    /** What no worker has taken in has no number of attempts, not even none. */
    private static String attempts(JsonObject job) {
        return job.text("acceptedAt").isEmpty() ? "" : job.text("attempts");
    }

    private void print(List<JsonObject> jobs) {
        Shown shown = session.shown();
        ShortIds ids = new ShortIds(jobs.stream().map(job -> job.text("jobId")).toList());
        Table table = new Table(
                List.of("JOB", "NAME", "TEAM", "STATE", "PRIORITY", "ATTEMPTS", "ACCEPTED", "ENDED", "REASON"));
        for (JsonObject job : jobs) {
            table.row(List.of(
                    ids.of(job.text("jobId")),
                    job.text("name"),
                    job.text("team"),
                    job.text("state"),
                    job.text("priority"),
                    attempts(job),
                    shown.time(job.text("acceptedAt")),
                    shown.time(job.text("endedAt")),
                    Shown.brief(JobReason.of(job, shown))));
        }
        table.print(session.out());
    }
}
