package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.PageOptions;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.WideOption;
import dev.trainyard.cli.terminal.ControlCharacters;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Shown;
import dev.trainyard.cli.terminal.Table;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code trainyard outputs}. */
@Command(
        description = "Show the outputs folder of a job and list its files, checkpoints first.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard outputs 0199f3a2-7b3c")
public final class OutputsCommand implements Callable<Integer> {

    private static final int USUAL = 1_000;

    private final Session session;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(names = "--attempt", paramLabel = "N", description = "The attempt (default: the latest).")
    private @Nullable Integer attempt;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    public OutputsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        Query query = new Query("/jobs/" + job.id(session, server) + "/outputs").with("attempt", attempt);
        String body = server.get(page.of(query, USUAL).path());
        if (json.isGiven()) {
            session.out().println(body);
            return ExitCode.OK;
        }
        JsonObject outputs = server.parse(body);
        String state = outputs.text("state");
        if (outputs.text("location").isEmpty()) {
            session.say(
                    "attempt %s has not started a container, so it has no outputs".formatted(outputs.text("attempt")));
            return ExitCode.OK;
        }
        session.out()
                .println(ControlCharacters.inOneLine(outputs.text("location"))
                        + (state.isEmpty() ? "" : " (" + state + ")"));
        sayWhatTheListIs(outputs);
        List<JsonObject> files = outputs.objects("files");
        if (!files.isEmpty()) {
            session.out().println();
            print(files);
            PageOptions.tellOfMore(session, outputs, "%d of %s files".formatted(files.size(), outputs.text("total")));
        }
        return ExitCode.OK;
    }

    private void sayWhatTheListIs(JsonObject outputs) {
        JsonObject later = outputs.object("supersededBy");
        if (!later.names().isEmpty()) {
            session.say(
                    "attempt %2$s of job %1$s has overwritten or removed some of these files. This list shows them as they were before"
                            .formatted(later.text("jobId"), later.text("attempt")));
        }
        if (!outputs.text("missing").isEmpty()) {
            session.say("the list is incomplete: " + outputs.text("missing"));
        }
        boolean goesOn = outputs.text("state").isEmpty()
                && !outputs.text("attemptState").isEmpty()
                && !outputs.text("attemptState").equals("ENDED");
        if (goesOn) {
            String seen = outputs.text("seenAt");
            session.say(
                    seen.isEmpty()
                            ? "attempt %s has not ended, and its files have not been listed yet. The worker lists them every half minute, and with digests at the end"
                                    .formatted(outputs.text("attempt"))
                            : "attempt %s has not ended. These are its files at %s, without digests"
                                    .formatted(
                                            outputs.text("attempt"),
                                            session.shown().time(seen)));
        }
    }

    private void print(List<JsonObject> files) {
        Table table =
                new Table(List.of("FILE", "KIND", "SIZE", "MODIFIED", "SHA-256")).whole("KIND", "SIZE", "MODIFIED");
        for (JsonObject file : files) {
            String sha256 = file.text("sha256");
            table.row(List.of(
                    file.text("path"),
                    file.text("kind"),
                    size(file.text("size")),
                    session.shown().time(file.text("modifiedAt")),
                    sha256.length() > 12 && !wide.isGiven() ? sha256.substring(0, 12) : sha256));
        }
        wide.print(table, session);
    }

    private static String size(String bytes) {
        return bytes.matches("\\d{1,18}") ? Shown.size(Long.parseLong(bytes)) : bytes;
    }
}
