package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that is done to a job. */
final class JobAction {

    private final Session session;
    private final String verb;

    /** @param verb last part of the path */
    JobAction(Session session, String verb) {
        this.session = session;
        this.verb = verb;
    }

    /** @param done what to say if it was done */
    int post(JobParameter job, Map<String, Object> fields, String done) {
        ServerClient server = session.server();
        String id = job.idToChange(session, server);
        JsonObject answer = server.post("/jobs/" + id + "/" + verb, fields);
        String result = answer.text("result");
        String said = switch (result) {
            case "DONE" -> done;
            case "CANCELLED" -> "is cancelled";
            case "STOPPING" -> "is being stopped; its outputs so far are kept";
            case "KILLING" -> "is being killed; its outputs so far are kept";
            case "REMEMBERED" -> remembered();
            case "ALREADY_ENDED" -> "had ended already";
            default -> "answered " + result;
        };
        if (result.equals("ALREADY_ENDED") && !verb.equals("cancel")) {
            throw new Failure(ExitCode.INVALID, "job %s has ended; that changes nothing any more.".formatted(id));
        }
        session.out().println("job %s %s".formatted(id, said));
        return ExitCode.OK;
    }

    /** What takes effect later: a hold of what runs, a cancellation of what is still to come. */
    private String remembered() {
        return switch (verb) {
            case "hold" -> "runs, and goes on; it is held when it would be queued again";
            case "cancel" -> "is not known yet; should it arrive, it is cancelled at once";
            default -> "takes that in when it can";
        };
    }

    /** The body of an action that has a reason and a person. */
    Map<String, Object> because(@Nullable String reason) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("by", session.user());
        if (reason != null) {
            fields.put("reason", reason);
        }
        return fields;
    }
}
