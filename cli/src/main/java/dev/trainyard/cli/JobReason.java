package dev.trainyard.cli;

import dev.trainyard.cli.server.JsonObject;

/** Why a job is where it is, in the server's words. */
final class JobReason {

    private JobReason() {}

    /** Empty if there is nothing to say. */
    static String of(JsonObject job) {
        return switch (job.text("state")) {
            case "RUNNING", "SUCCEEDED" -> "";
            case "CANCELLED" -> job.object("attempt").text("detail");
            default -> job.text("reason").isEmpty() ? job.text("waitingBecause") : job.text("reason");
        };
    }
}
