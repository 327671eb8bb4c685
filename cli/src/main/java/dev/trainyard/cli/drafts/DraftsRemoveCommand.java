package dev.trainyard.cli.drafts;

import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = "Remove one version or all versions of a draft. Accepted jobs continue.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard drafts remove resnet18@3")
final class DraftsRemoveCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "DRAFT", description = "NAME@VERSION, or NAME for all versions.")
    private String draft = "";

    DraftsRemoveCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        String answer = server.delete(new Query("/drafts/" + StoredDraft.ref(draft))
                .with("by", session.user())
                .path());
        server.parse(answer).texts("removed").forEach(each -> session.out().println(each + " is removed"));
        return ExitCode.OK;
    }
}
