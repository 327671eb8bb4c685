package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Posts an action on a job, and prints its result. */
final class JobAction {

    private final Session session;
    private final String verb;

    /** @param verb the last segment of the path */
    JobAction(Session session, String verb) {
        this.session = session;
        this.verb = verb;
    }

    /** @param done completes the sentence "job ID …" if the action is done */
    int post(JobParameter job, Map<String, Object> fields, String done) {
        ServerClient server = session.server();
        String id = job.idToChange(session, server);
        JsonObject answer = server.post("/jobs/" + id + "/" + verb, fields);
        String result = answer.text("result");
        String said = switch (result) {
            case "DONE" -> done;
            case "CANCELLED" -> "is cancelled";
            case "STOPPING" -> "is being stopped. Its outputs so far are kept";
            case "KILLING" -> "is being killed. Its outputs so far are kept";
            case "REMEMBERED" -> remembered();
            case "ALREADY_ENDED" -> "has already ended";
            default -> "answered " + result;
        };
        if (result.equals("ALREADY_ENDED") && !verb.equals("cancel")) {
            throw new Failure(ExitCode.INVALID, "job %s has already ended. Nothing has changed.".formatted(id));
        }
        session.out().println("job %s %s".formatted(id, said));
        return ExitCode.OK;
    }

    /** For an action that takes effect later: the hold of a running job, or the cancellation of a job that has not arrived. */
    private String remembered() {
        return switch (verb) {
            case "hold" -> "is running and continues. It will be held when it would be queued again";
            case "cancel" -> "is not known yet. If it arrives, it is cancelled at once";
            default -> "applies this later";
        };
    }

    /** The body of an action with a person and a reason. */
    Map<String, Object> because(@Nullable String reason) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("by", session.user());
        if (reason != null) {
            fields.put("reason", reason);
        }
        return fields;
    }
}
