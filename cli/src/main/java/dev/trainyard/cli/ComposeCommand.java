package dev.trainyard.cli;

import dev.trainyard.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        description =
                "Print a compose file with parameters appended to its command; everything else stays as it is written.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard compose docker-compose.yml --param lr=0.001 > filled.yml")
final class ComposeCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "FILE", description = "The compose file.")
    @SuppressWarnings("NullAway.Init") // picocli insists on it
    private Path file;

    @Mixin
    private final ParameterOptions parameters = new ParameterOptions();

    ComposeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.out().print(new ComposeFile(file).filled(parameters.all()));
        return ExitCode.OK;
    }
}
