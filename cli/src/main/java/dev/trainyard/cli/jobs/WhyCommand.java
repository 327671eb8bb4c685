package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code trainyard why}. */
@Command(
        description = "Explain why a job waits, or why it failed.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard why 0199f3a2-7b3c")
public final class WhyCommand implements Callable<Integer> {

    private final Session session;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Mixin
    private final JsonOption json = new JsonOption();

    public WhyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        String body = server.get("/jobs/" + job.id(session, server) + "/why");
        JsonObject why = server.parse(body);
        session.out().println(json.isGiven() ? body : why.text("state") + ": " + session.paragraph(why.text("text")));
        return ExitCode.OK;
    }
}
