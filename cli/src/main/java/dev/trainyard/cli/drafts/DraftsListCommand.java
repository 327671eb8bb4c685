package dev.trainyard.cli.drafts;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.PageOptions;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.WideOption;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        description = "List the newest version of each draft.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard drafts list")
final class DraftsListCommand implements Callable<Integer> {

    private final Session session;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    DraftsListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        String body = server.get(page.of(new Query("/drafts"), null).path());
        JsonObject answer = server.parse(body);
        List<JsonObject> drafts = answer.objects("drafts");
        if (json.isGiven()) {
            session.out().println(body);
        } else if (drafts.isEmpty()) {
            session.say("no drafts yet. To add one: trainyard drafts add NAME FILE");
        } else {
            Table table = new Table(List.of("DRAFT", "PARAMETERS", "ADDED", "BY")).whole("DRAFT", "ADDED");
            for (JsonObject draft : drafts) {
                table.row(List.of(
                        draft.text("draft"),
                        String.join(" ", draft.texts("parameters")),
                        session.shown().time(draft.text("createdAt")),
                        draft.text("createdBy")));
            }
            wide.print(table, session);
            PageOptions.tellOfMore(session, answer, "%d drafts".formatted(drafts.size()));
        }
        return ExitCode.OK;
    }
}
