package dev.trainyard.cli.installation;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code trainyard info}. */
@Command(
        description = "Show the addresses of the server, Kafka and Postgres, for use by other clients.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard info --json")
public final class InfoCommand implements Callable<Integer> {

    private final Session session;

    @Mixin
    private final JsonOption json = new JsonOption();

    public InfoCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        String body = server.get("/info");
        JsonObject info = server.parse(body);
        if (json.isGiven()) {
            session.out().println(body);
            return ExitCode.OK;
        }
        int width = info.names().stream().mapToInt(String::length).max().orElse(0);
        for (String name : info.names()) {
            session.out().println(name + " ".repeat(width - name.length() + 2) + info.text(name));
        }
        return ExitCode.OK;
    }
}
