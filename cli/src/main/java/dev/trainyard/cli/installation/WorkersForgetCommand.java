package dev.trainyard.cli.installation;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Declare a lost host dead: its attempts end, their devices become free, and its worker cannot register again.",
            "A host that is only disconnected may still run its trainings. Forget it only if it is off or its worker was removed."
        },
        footerHeading = "%nExample:%n",
        footer = "  trainyard workers forget gpu-7")
final class WorkersForgetCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "WORKER", description = "The worker's name or id. It must be LOST or STOPPED.")
    private String worker = "";

    WorkersForgetCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        JsonObject forgotten = session.server()
                .post(
                        "/workers/%s/forget"
                                .formatted(URLEncoder.encode(worker, StandardCharsets.UTF_8)
                                        .replace("+", "%20")),
                        Map.of("by", session.user()));
        session.out()
                .println("worker %s (%s) is forgotten".formatted(forgotten.text("name"), forgotten.text("workerId")));
        return ExitCode.OK;
    }
}
