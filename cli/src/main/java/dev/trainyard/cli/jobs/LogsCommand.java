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
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code trainyard logs}. */
@Command(
        description = {
            "Show a job's log.",
            "The container's output goes to standard output. The output of the engine (pull, build) and of Trainyard goes to standard error.",
            "By default, the engine's output is shown only if the pull or build failed."
        },
        footerHeading = "%nExample:%n",
        footer = {"  trainyard logs -f 0199f3a2-7b3c", "  trainyard logs --tail 20 digits"})
public final class LogsCommand implements Callable<Integer> {

    private final Session session;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(
            names = {"-f", "--follow"},
            description = "Follow the log until the job ends.")
    private boolean follow;

    @Option(names = "--attempt", paramLabel = "N", description = "Only the log of this attempt (default: all).")
    private @Nullable Integer attempt;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "N",
            converter = Lines.class,
            description = "Only the last N lines; 'all' for all (default). With -f, also new lines.")
    private int tail = Lines.ALL;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Only output since this time: 10m, 2h, or 2026-11-24T18:00:00Z.")
    private @Nullable String since;

    /** A number of lines. Docker takes {@code all} and any negative number for all lines. */
    static final class Lines implements ITypeConverter<Integer> {

        static final int ALL = -1;

        @Override
        public Integer convert(String text) {
            try {
                return text.equalsIgnoreCase("all") ? ALL : Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'%s' is neither a number of lines nor 'all'".formatted(text));
            }
        }
    }

    @ArgGroup
    private @Nullable Build build;

    private static final class Build {
        @Option(names = "--build", description = "Also show the engine's output from the pull or build of the image.")
        private boolean always;

        @Option(names = "--no-build", description = "Never show the engine's output, even if the pull or build failed.")
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
                .with("tail", tail < 0 ? null : tail)
                .with("since", since == null ? null : TimeConverters.since("--since", since, session.clock()));
        AtomicBoolean told = new AtomicBoolean();
        JsonObject found = new JobLog(server, session.patience(), log, follow, false).read(entry -> {
            if (follow || !(entry instanceof JobLog.Entry.State)) {
                view.accept(entry);
            }
            told.compareAndSet(false, entry instanceof JobLog.Entry.Text);
        });
        if (!told.get() && found.object("attempt").text("state").equals("PREPARING")) {
            session.say("the image is being pulled or built. To see the engine's output: trainyard logs --build "
                    + found.text("jobId"));
        }
        if (follow) {
            view.tell(found);
        }
        return ExitCode.OK;
    }
}
