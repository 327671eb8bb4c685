package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ControlCharacters;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Parameters;

/**
 * The job argument of a command. A full id selects its job. Otherwise a name takes precedence over a part of an id: people choose names,
 * while a part may match an id by chance.
 */
final class JobParameter {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern PART_OF_ID = Pattern.compile("[0-9a-f-]{4,36}");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}");

    private static final String NOT_ENDED = "PUBLISHED,QUEUED,HELD,RUNNING";
    private static final String ANY_STATE = NOT_ENDED + ",SUCCEEDED,FAILED,CANCELLED,REJECTED";

    /** A longer list of jobs does not help to choose one. */
    private static final int SHOWN = 10;

    @Parameters(
            paramLabel = "JOB",
            description = {
                "The job: its name (selects the newest job with that name), its id, or a unique start or end of its id",
                "(at least 4 characters)."
            })
    private String job = "";

    /** Jobs that the server found, newest first. */
    private record Found(List<JsonObject> jobs, boolean more) {

        static Found by(ServerClient server, String states, String parameter, String value) {
            JsonObject answer = server.parse(server.get(new Query("/jobs")
                    .with("state", states)
                    .with(parameter, value)
                    .with("limit", SHOWN)
                    .path()));
            return new Found(answer.objects("jobs"), !answer.text("next").isEmpty());
        }

        boolean isOne() {
            return jobs.size() == 1 && !more;
        }

        String newest() {
            return jobs.getFirst().text("jobId");
        }

        String count() {
            return more ? "more than " + jobs.size() : Integer.toString(jobs.size());
        }

        String list() {
            return jobs.stream()
                    .map(job -> "\n  %s  %s %s"
                            .formatted(
                                    job.text("jobId"), job.text("state"), ControlCharacters.inOneLine(job.text("name")))
                            .stripTrailing())
                    .collect(Collectors.joining());
        }
    }

    /** The full id, for a command that only reads. If several jobs have the name: the newest. */
    String id(Session session, ServerClient server) {
        return find(session, server, false);
    }

    /** The full id, for a command that changes the job. If several jobs have the name: the only one that has not ended. */
    String idToChange(Session session, ServerClient server) {
        return find(session, server, true);
    }

    private String find(Session session, ServerClient server, boolean changes) {
        String id = job.toLowerCase(Locale.ROOT);
        if (ID.matcher(id).matches()) {
            return id;
        }
        if (NAME.matcher(job).matches()) {
            Found named = Found.by(server, ANY_STATE, "name", job);
            if (!named.jobs().isEmpty()) {
                return ofName(session, server, named, changes);
            }
        }
        return ofPart(server, id);
    }

    private String ofName(Session session, ServerClient server, Found named, boolean changes) {
        if (named.isOne()) {
            session.say("%s is job %s".formatted(job, named.newest()));
            return named.newest();
        }
        Found live = changes ? Found.by(server, NOT_ENDED, "name", job) : named;
        if (changes && live.isOne()) {
            session.say(
                    "%s is job %s, the only one of %s that has not ended".formatted(job, live.newest(), named.count()));
            return live.newest();
        }
        if (changes && !live.jobs().isEmpty()) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s jobs with the name %s have not ended. Give an id. Newest first:%s%s"
                            .formatted(live.count(), job, live.list(), live.more() ? "\n  …" : ""));
        }
        session.say("%s is job %s, the newest of %s".formatted(job, named.newest(), named.count()));
        return named.newest();
    }

    private String ofPart(ServerClient server, String part) {
        Found found = PART_OF_ID.matcher(part).matches()
                ? Found.by(server, ANY_STATE, "id", part)
                : new Found(List.of(), false);
        if (found.jobs().isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "no job has the name '%s' or an id that starts or ends with it. trainyard jobs lists names and ids. Give at least 4 characters of an id."
                            .formatted(job));
        }
        if (!found.isOne()) {
            throw new Failure(
                    ExitCode.INVALID,
                    "the ids of %s jobs start or end with %s. Give more characters. Newest first:%s%s"
                            .formatted(found.count(), part, found.list(), found.more() ? "\n  …" : ""));
        }
        return found.newest();
    }
}
