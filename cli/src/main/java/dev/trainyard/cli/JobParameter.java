package dev.trainyard.cli;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Parameters;

/** The job that a command is about. */
final class JobParameter {

    private static final int UUID_LENGTH = 36;
    private static final int LEAST = 4;
    private static final int NEWEST = 200;
    private static final int SHOWN = 5;

    @Parameters(
            paramLabel = "JOB",
            description =
                    "Id of the job, or its beginning or end (at least 4 characters) if only one of the newest 200 jobs has it.")
    private String job = "";

    /** The full id. */
    String id(Server server) {
        String given = job.toLowerCase(Locale.ROOT);
        if (!given.matches("[0-9a-f-]{%d,%d}".formatted(LEAST, UUID_LENGTH))) {
            throw new Failure(
                    ExitCode.INVALID,
                    "'%s' is no job id. Give the id, or at least %d characters of its beginning or end; trainyard jobs lists them."
                            .formatted(job, LEAST));
        }
        return given.length() == UUID_LENGTH ? given : matching(given, server);
    }

    private static String shown(List<String> ids) {
        String first = ids.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return ids.size() > SHOWN ? first + ", …" : first;
    }

    /** The first 8 characters of an id are its minute; ids of one minute differ at their end. */
    private static String matching(String given, Server server) {
        List<String> matching = new ArrayList<>();
        for (JsonObject each : server.parse(server.get("/jobs?limit=" + NEWEST)).objects("jobs")) {
            String id = each.text("jobId");
            if (id.startsWith(given) || id.endsWith(given)) {
                matching.add(id);
            }
        }
        return switch (matching.size()) {
            case 0 ->
                throw new Failure(
                        ExitCode.NOT_FOUND,
                        "none of the newest %d jobs has an id that begins or ends with %s. Give the whole id; trainyard jobs lists them."
                                .formatted(NEWEST, given));
            case 1 -> matching.getFirst();
            default ->
                throw new Failure(
                        ExitCode.INVALID,
                        "%d jobs begin or end with %s: %s. Give more characters."
                                .formatted(matching.size(), given, shown(matching)));
        };
    }
}
