package dev.trainyard.cli;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Parameters;

/** The job that a command is about. */
final class JobParameter {

    private static final int UUID_LENGTH = 36;
    private static final int LEAST = 4;
    private static final int NEWEST = 200;

    @Parameters(
            paramLabel = "JOB",
            description =
                    "Id of the job, or its beginning (at least 4 characters) if only one of the newest 200 jobs begins so.")
    private String job = "";

    /** The full id. */
    String id(Server server) {
        String given = job.toLowerCase(Locale.ROOT);
        if (!given.matches("[0-9a-f-]{%d,%d}".formatted(LEAST, UUID_LENGTH))) {
            throw new Failure(
                    ExitCode.INVALID,
                    "'%s' is no job id. Give the id, or at least its first %d characters; trainyard jobs lists them."
                            .formatted(job, LEAST));
        }
        return given.length() == UUID_LENGTH ? given : beginningWith(given, server);
    }

    private static String beginningWith(String given, Server server) {
        List<String> matching = new ArrayList<>();
        for (JsonObject each : server.parse(server.get("/jobs?limit=" + NEWEST)).objects("jobs")) {
            if (each.text("jobId").startsWith(given)) {
                matching.add(each.text("jobId"));
            }
        }
        return switch (matching.size()) {
            case 0 ->
                throw new Failure(
                        ExitCode.NOT_FOUND,
                        "none of the newest %d jobs has an id that begins with %s. Give the whole id; trainyard jobs lists them."
                                .formatted(NEWEST, given));
            case 1 -> matching.getFirst();
            default ->
                throw new Failure(
                        ExitCode.INVALID,
                        "%d jobs begin with %s: %s. Give more characters."
                                .formatted(matching.size(), given, String.join(", ", matching)));
        };
    }
}
