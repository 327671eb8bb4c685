package dev.trainyard.cli.submit;

import dev.trainyard.cli.jobs.CancelQuestion;
import dev.trainyard.cli.jobs.LogView;
import dev.trainyard.cli.server.JobLog;
import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.lifecycle.StartRefusal;
import java.util.Arrays;
import java.util.Objects;

/** Follows a newly submitted job until it ends, as {@code docker run} stays attached to its container. */
final class Attachment {

    private final Session session;
    private final ServerClient server;
    private final String id;
    private final String name;
    private final boolean json;

    /** @param json print the job as JSON at its end, and the container's output on standard error */
    Attachment(Session session, ServerClient server, String id, String name, boolean json) {
        this.session = session;
        this.server = server;
        this.id = id;
        this.name = name;
        this.json = json;
    }

    /** Returns the container's exit code, or one of {@link ExitCode}. */
    int follow() {
        session.say("job %s (%s) is submitted".formatted(id, name));
        LogView view = new LogView(session, json ? session.err() : session.program());
        CancelQuestion question = new CancelQuestion(session, server, id, view);
        try (var _ = session.onInterrupt(() -> session.say(question.farewell()));
                var _ = question.watch()) {
            JsonObject job = new JobLog(server, session.patience(), JobLog.of(id, true), true, true).read(view);
            view.tell(job);
            if (json) {
                session.out().println(server.get("/jobs/" + id));
            }
            return exitCode(job);
        } catch (Failure e) {
            session.say(question.farewell());
            throw e;
        }
    }

    /** The exit code of {@code docker run} for the same refusal. A server of a later release may send an unknown refusal. */
    private static int notStarted(String refusal) {
        return Arrays.stream(StartRefusal.values())
                .filter(known -> known.name().equals(refusal))
                .findFirst()
                .orElse(StartRefusal.OTHER)
                .exitCode();
    }

    private static int exitCode(JsonObject job) {
        return switch (job.text("state")) {
            case "SUCCEEDED" -> ExitCode.OK;
            case "REJECTED" -> ExitCode.INVALID;
            case "HELD" -> ExitCode.TRY_LATER;
            default -> {
                JsonObject attempt = job.object("attempt");
                int container = Objects.requireNonNullElse(attempt.integer("exitCode"), 0);
                if (container != 0) {
                    yield container;
                }
                String refusal = attempt.text("startRefusal");
                boolean refused = !refusal.isEmpty() || attempt.text("cause").equals("START_FAILED");
                yield refused ? notStarted(refusal) : ExitCode.JOB_FAILED;
            }
        };
    }
}
