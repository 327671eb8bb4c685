package dev.trainyard.cli.submit;

import dev.trainyard.cli.drafts.StoredDraft;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.source.ComposeFile;
import dev.trainyard.cli.terminal.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trainyard compose}. */
@Command(
        description =
                "Print a compose file or a draft with parameters appended to its command. Everything else stays unchanged.",
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard compose docker-compose.yml --param lr=0.001 > filled.yml",
            "  trainyard compose resnet18 --param lr=0.001"
        })
public final class ComposeCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            paramLabel = "FILE|DRAFT",
            description = "A compose file. If no file has this name: a draft on the server.")
    @SuppressWarnings("NullAway.Init") // picocli insists on it
    private Path file;

    @Mixin
    private final ParameterOptions parameters = new ParameterOptions();

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description =
                    "The service that trains, if FILE has several (default: the one with a GPU, or the only one).")
    private @Nullable String service;

    public ComposeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.out()
                .print(
                        isDraft()
                                ? draft()
                                : new ComposeFile(file).filled(parameters.all(), service, session.environment()));
        return ExitCode.OK;
    }

    private boolean isDraft() {
        return !Files.exists(file) && !file.toString().matches(".*[/\\\\].*|.*\\.(ya?ml|json)");
    }

    private String draft() {
        return StoredDraft.fetch(session.server(), file.toString()).filled(StoredDraft.values(parameters.all()));
    }
}
