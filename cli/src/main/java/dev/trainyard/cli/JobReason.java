package dev.trainyard.cli;

import dev.trainyard.cli.server.JsonObject;
import java.util.stream.Stream;

/** Why a job is where it is, in the server's words. */
final class JobReason {

    private JobReason() {}

    /** Empty if there is nothing to say. */
    static String of(JsonObject job) {
        return switch (job.text("state")) {
            case "FAILED", "CANCELLED" -> {
                String detail = job.object("attempt").text("detail");
                yield job.text("lastCause") + (detail.isEmpty() ? "" : ": " + detail);
            }
            case "SUCCEEDED", "RUNNING" -> "";
            default ->
                Stream.of("rejection", "reason", "waitingBecause")
                        .map(job::text)
                        .filter(text -> !text.isEmpty())
                        .findFirst()
                        .orElse("");
        };
    }
}
