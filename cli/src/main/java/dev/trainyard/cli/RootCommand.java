package dev.trainyard.cli;

import dev.trainyard.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code trainyard} itself: the options and help that all commands share. */
@Command(
        name = "trainyard",
        description =
                "Run trainings on GPU hosts. Each compose file becomes a job, and each job's history is stored in a database.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:the job failed without a container's exit code; an attached submit exits with the container's exit code",
            "64:wrong arguments, an unusable file, or a request that the server refuses",
            "66:a file or job does not exist",
            "69:no server answers; for the launcher: a requirement is missing and cannot be set up",
            "70:a bug in the client or the server",
            "74:the output cannot be written, for example to a full disk",
            "75:the server cannot do this now, try again later; or the followed job is held",
            "76:for worker and up: another process has taken over this worker's identity",
            "125, 126, 127:for a followed job, as in docker run: no container started; the program cannot be executed; the program does not exist",
            "130:interrupted with Ctrl-C; a followed job continues unless it was cancelled",
            "141:the reader of the output closed the pipe"
        },
        footerHeading = "%nCommands of the launcher in the source tree (./trainyard):%n",
        footer = {
            "  demo               set up everything, run one real training, and show its row in the database",
            "  up                 run everything in one process on this machine",
            "  worker, server     run one worker or the server, for many hosts",
            "  migrate            update the database schema",
            "  build              build this source tree",
            "  test               run all checks and tests",
            "  format             format the sources as the tests require",
            "",
            "Example:",
            "  trainyard submit docker-compose.yml --param epochs=3 --param lr=0.001"
        })
final class RootCommand implements Runnable {

    private final Session session;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli looks at it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show the version of this client.")
    @SuppressWarnings("unused") // picocli looks at it
    private boolean version;

    RootCommand(Session session) {
        this.session = session;
    }

    @Option(
            names = "--server",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "Address of the server (default: TRAINYARD_SERVER, else the configuration file, else "
                    + Session.DEFAULT_SERVER + ").")
    @SuppressWarnings("unused") // picocli calls it
    private void server(String address) {
        session.useServer(address);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing");
    }
}
