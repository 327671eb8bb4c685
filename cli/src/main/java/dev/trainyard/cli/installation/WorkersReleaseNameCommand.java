package dev.trainyard.cli.installation;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Detach a name from the image that a build tagged on a host: jobs of the team pull the name from a registry again.",
            "The image stays. To list such names: trainyard sql \"select * from history.built_names\""
        },
        footerHeading = "%nExample:%n",
        footer = "  trainyard workers release-name gpu-7 vision/resnet:2 --team vision")
final class WorkersReleaseNameCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(index = "0", paramLabel = "WORKER", description = "The worker's name or id.")
    private String worker = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The name of the image, in any spelling.")
    private String name = "";

    @Option(
            names = "--team",
            paramLabel = "TEAM",
            description = "The team whose build tagged the image (default: a job without a team).")
    private @Nullable String team;

    WorkersReleaseNameCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("name", name));
        if (team != null) {
            body.put("team", team);
        }
        JsonObject released = session.server()
                .post(
                        "/workers/%s/release-name"
                                .formatted(URLEncoder.encode(worker, StandardCharsets.UTF_8)
                                        .replace("+", "%20")),
                        body);
        session.out().println("name %s is released on %s".formatted(released.text("name"), worker));
        return ExitCode.OK;
    }
}
