package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.terminal.Shown;

/** The reason for a job's state, in the server's words. */
final class JobReason {

    private JobReason() {}

    /** Empty without a reason. */
    static String of(JsonObject job, Shown shown) {
        String reason = job.text("reason");
        return switch (job.text("state")) {
            case "RUNNING", "SUCCEEDED" -> "";
            case "CANCELLED" -> reason.isEmpty() ? job.object("attempt").text("detail") : reason;
            default -> shown.timesIn(reason.isEmpty() ? job.text("waitingBecause") : reason);
        };
    }
}
