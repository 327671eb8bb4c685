package dev.trainyard.cli;

import dev.trainyard.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code trainyard} itself: what all commands have in common. */
@Command(
        name = "trainyard",
        description =
                "Runs trainings on GPU hosts: a compose file becomes a job, the job's history a row in a database.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:the job did not succeed, and no container said how; else an attached submit ends with the container's exit code",
            "64:wrong arguments, a file that cannot be used, or a request that the server refuses",
            "66:a file or a job that does not exist",
            "69:no server answers; of the launcher: something that it needs is missing and cannot be set up",
            "70:a defect of the client or the server",
            "75:the server cannot do it now, try again later; or the job that was followed is held",
            "76:of worker and up: another process has become this worker",
            "125, 126, 127:of a job that was followed, as docker run: no container started; its program cannot be executed; there is none",
            "130:interrupted with Ctrl-C; a job that was followed goes on, unless it was cancelled",
            "141:the reader of the output has ended (a closed pipe)"
        },
        footerHeading = "%nStarted by the launcher in the source tree (./trainyard):%n",
        footer = {
            "  demo               all set-up, one real training, and its row in the database",
            "  up                 everything in one process on this machine",
            "  worker, server     one part each, for many hosts",
            "  migrate            bring the database up to date",
            "  build              build this source tree now",
            "  test               all checks and tests",
            "  format             bring the sources into the form that the tests ask for",
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
            description = "Address of the server; else TRAINYARD_SERVER, else that of the configuration file, else "
                    + Session.DEFAULT_SERVER + ".")
    @SuppressWarnings("unused") // picocli calls it
    private void server(String address) {
        session.useServer(address);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing");
    }
}
