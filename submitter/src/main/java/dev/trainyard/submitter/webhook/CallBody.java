package dev.trainyard.submitter.webhook;

import dev.trainyard.core.event.Event;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The body of a webhook call: the event, a sentence for a chat, and links. */
final class CallBody {

    private static final JsonMapper JSON = JsonMapper.shared();

    private CallBody() {}

    /** @param server address at which people and programs reach a server */
    static byte[] of(Event event, URI server) {
        ObjectNode data = (ObjectNode) JSON.readTree(event.details());
        String name = event.subject() instanceof Event.OfJob job && job.name() != null ? job.name() : event.key();
        data.put("text", text(name, data));
        String job = server + "/api/v1/jobs/" + event.key();
        data.putObject("links")
                .put("job", job)
                .put("why", job + "/why")
                .put("log", job + "/log")
                .put("outputs", job + "/outputs");
        return new Event(event.installation(), event.subject(), event.type(), event.at(), JSON.writeValueAsString(data))
                .json();
    }

    /** {@code resnet18 (vision, ada): FAILED after 1h02m on gpu-1: PROGRAM_ERROR, exit code 3: the program ended with 3}. */
    private static String text(String name, JsonNode data) {
        String whose = Stream.of("team", "submittedBy")
                .map(field -> data.path(field).asString(""))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
        String state = data.path("state").asString("");
        StringBuilder text = new StringBuilder(name)
                .append(whose.isEmpty() ? "" : " (" + whose + ")")
                .append(": ")
                .append(state);
        if (data.path("runSeconds").isNumber()) {
            text.append(" after ").append(duration(data.path("runSeconds").asLong()));
        }
        if (!data.path("worker").asString("").isEmpty()) {
            text.append(" on ").append(data.path("worker").asString());
        }
        List<String> why = new ArrayList<>();
        if (!state.equals("SUCCEEDED")) {
            String cause = data.path("cause").asString("");
            String detail = data.path("detail").asString("");
            String code = "exit code " + data.path("exitCode").asInt(0);
            String reason = withoutCause(data.path("reason").asString(""), cause);
            // The text about a program that ended by itself begins with its exit code.
            boolean told = Stream.of(detail, reason)
                    .anyMatch(words ->
                            words.equals(code) || words.startsWith(code + ":") || words.startsWith(code + "."));
            String exit = data.path("exitCode").isNumber() && !told ? code : "";
            why.add(Stream.of(cause, exit).filter(each -> !each.isEmpty()).collect(Collectors.joining(", ")));
            why.add(reason);
            why.add(detail);
        }
        why.stream()
                .filter(each -> !each.isEmpty())
                .distinct()
                .forEach(each -> text.append(": ").append(each));
        return text.toString();
    }

    /** Drops the cause at the start of a job's reason, because the sentence names it already. */
    private static String withoutCause(String reason, String cause) {
        return cause.isEmpty() || !(reason + ": ").startsWith(cause + ": ")
                ? reason
                : reason.substring(Math.min(reason.length(), cause.length() + 2));
    }

    private static String duration(long seconds) {
        Duration duration = Duration.ofSeconds(seconds);
        return duration.toHours() > 0
                ? "%dh%02dm".formatted(duration.toHours(), duration.toMinutesPart())
                : duration.toMinutes() > 0
                        ? "%dm%02ds".formatted(duration.toMinutes(), duration.toSecondsPart())
                        : seconds + "s";
    }
}
