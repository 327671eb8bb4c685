package dev.trainyard.cli.drafts;

import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        description = "Show the parameters and the compose file of a draft.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard drafts show resnet18@3")
final class DraftsShowCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "DRAFT", description = "NAME for the newest version, or NAME@VERSION.")
    private String draft = "";

    @Mixin
    private final JsonOption json = new JsonOption();

    DraftsShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        StoredDraft found = StoredDraft.fetch(session.server(), draft);
        if (json.isGiven()) {
            session.out().println(found.answer());
            return ExitCode.OK;
        }
        session.out().println(found.ref());
        session.out().println();
        found.printParameters(session.out(), session.tableWidth());
        session.out().println();
        session.out().print(found.draft().compose());
        return ExitCode.OK;
    }
}
