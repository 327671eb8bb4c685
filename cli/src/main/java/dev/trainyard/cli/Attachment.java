package dev.trainyard.cli;

import dev.trainyard.cli.server.JobLog;
import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.request.Request;

/** Stays with a job that was just submitted until it ends, as {@code docker run} stays with its container. */
final class Attachment {

    private final Session session;
    private final Server server;
    private final Request.Submit request;
    private final boolean json;

    /** @param json print the job at its end, and the container's words among the messages */
    Attachment(Session session, Server server, Request.Submit request, boolean json) {
        this.session = session;
        this.server = server;
        this.request = request;
        this.json = json;
    }

    /** @return the container's exit code; see {@link ExitCode} for the rest */
    int follow() {
        String id = request.jobId().toString();
        session.say("job %s (%s) is submitted".formatted(id, request.name()));
        String goesOn =
                "job %s goes on. Follow it: trainyard logs -f %s. End it: trainyard cancel %s".formatted(id, id, id);
        try (var _ = session.onInterrupt(() -> session.say(goesOn))) {
            JsonObject job = new JobLog(server, session.patience(), id, true, null, true)
                    .read(new LogView(session, json ? session.err() : session.out()));
            return ended(job, id);
        } catch (Failure e) {
            throw new Failure(e.exitCode(), e.getMessage() + "\n" + goesOn, e);
        }
    }

    private int ended(JsonObject job, String id) {
        if (json) {
            session.out().println(server.get("/jobs/" + id));
        }
        String state = job.text("state");
        Integer exitCode = job.object("attempt").integer("exitCode");
        String reason = JobReason.of(job);
        return switch (state) {
            case "SUCCEEDED" -> {
                session.say("succeeded; its outputs: trainyard outputs " + id);
                yield ExitCode.OK;
            }
            case "REJECTED" -> {
                session.say("rejected: " + reason);
                yield ExitCode.INVALID;
            }
            default -> {
                session.say("%s%s"
                        .formatted(state.toLowerCase(java.util.Locale.ROOT), reason.isEmpty() ? "" : ", " + reason));
                yield exitCode == null || exitCode == 0 ? ExitCode.JOB_FAILED : exitCode;
            }
        };
    }
}
