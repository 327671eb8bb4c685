package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JobLog;
import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.TimeConverters;
import dev.trainyard.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code trainyard logs}. */
@Command(
        description = {
            "Show a job's log.",
            "The container's output goes to standard output; that of the engine (pull, build) and of Trainyard to standard error.",
            "The engine's output is shown only if the image failed."
        },
        footerHeading = "%nExample:%n",
        footer = {"  trainyard logs -f 0199f3a2-7b3c", "  trainyard logs --tail 20 digits"})
public final class LogsCommand implements Callable<Integer> {

    private final Session session;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the job has ended.")
    private boolean follow;

    @Option(names = "--attempt", paramLabel = "N", description = "Only of this attempt (default: of all).")
    private @Nullable Integer attempt;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "N",
            description = "Only the last N lines, and with -f those that follow.")
    private @Nullable Integer tail;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Only what was written since then: 10m, 2h, or 2026-11-24T18:00:00Z.")
    private @Nullable String since;

    @ArgGroup
    private @Nullable Build build;

    private static final class Build {
        @Option(names = "--build", description = "Also the engine's output from pulling and building the image.")
        private boolean always;

        @Option(names = "--no-build", description = "No output of the engine, even if the image failed.")
        private boolean never;

        String asked() {
            return always ? "always" : "never";
        }
    }

    public LogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        LogView view = new LogView(session, session.program());
        Query log = JobLog.of(job.id(session, server), follow)
                .with("attempt", attempt)
                .with("build", build == null ? "failed" : build.asked())
                .with("tail", tail)
                .with(
                        "since",
                        since == null
                                ? null
                                : TimeConverters.since(
                                        "--since", since, session.clock().instant()));
        AtomicBoolean told = new AtomicBoolean();
        JsonObject found = new JobLog(server, session.patience(), log, follow, false).read(entry -> {
            if (follow || !(entry instanceof JobLog.Entry.State)) {
                view.accept(entry);
            }
            told.compareAndSet(false, entry instanceof JobLog.Entry.Text);
        });
        if (!told.get() && found.object("attempt").text("state").equals("PREPARING")) {
            session.say("the image is being provided; what the engine says of it: trainyard logs --build "
                    + found.text("jobId"));
        }
        if (follow) {
            view.tell(found);
        }
        return ExitCode.OK;
    }
}
