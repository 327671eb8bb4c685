package dev.trainyard.cli;

import dev.trainyard.cli.server.JobLog;
import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Show a job's log.",
            "The container's words go to standard output; those of the engine (pull, build) and of Trainyard to standard error."
        },
        footerHeading = "%nExample:%n",
        footer = "  trainyard logs -f 0199f3a2-7b3c")
final class LogsCommand implements Callable<Integer> {

    private final Session session;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the job has ended.")
    private boolean follow;

    @Option(names = "--attempt", paramLabel = "N", description = "Only of this attempt (default: of all).")
    private @Nullable Integer attempt;

    LogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Server server = session.server();
        LogView view = new LogView(session, session.out());
        JsonObject found = new JobLog(server, session.patience(), job.id(session, server), follow, attempt, false)
                .read(entry -> {
                    if (follow || !(entry instanceof JobLog.Entry.State)) {
                        view.accept(entry);
                    }
                });
        if (follow) {
            view.tell(found);
        }
        return ExitCode.OK;
    }
}
