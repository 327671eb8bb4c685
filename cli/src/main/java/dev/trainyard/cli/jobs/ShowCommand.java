package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.WideOption;
import dev.trainyard.cli.terminal.ControlCharacters;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.cli.terminal.Shown;
import dev.trainyard.cli.terminal.Table;
import dev.trainyard.core.text.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code trainyard show}. */
@Command(
        description = "Show a job, its request, and its attempts.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard show 0199f3a2-7b3c")
public final class ShowCommand implements Callable<Integer> {

    private final Session session;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    public ShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServerClient server = session.server();
        String path = "/jobs/" + job.id(session, server);
        String body = server.get(path);
        List<JsonObject> attempts = attempts(server, path);
        JsonObject masked = asked(server, path);
        JsonObject asked = isMasked(masked) && session.localServer().isUsable()
                ? server.parse(session.localServer().get(path + "/request"))
                : masked;
        if (json.isGiven()) {
            // The server's JSON with additional fields. Its own field "attempts" is a number.
            String job = body.strip();
            session.out()
                    .println("%s,\"allAttempts\":[%s]%s}"
                            .formatted(
                                    job.substring(0, job.length() - 1),
                                    attempts.stream().map(JsonObject::toString).collect(Collectors.joining(",")),
                                    asked.names().isEmpty() ? "" : ",\"asked\":" + asked));
            return ExitCode.OK;
        }
        JsonObject found = server.parse(body);
        printJob(found);
        new AskedFor(asked, session.shown()).print(this::line);
        if (isMasked(masked) && masked.names().contains("account")) {
            line("values", whoSeesValues(asked));
        }
        if (!attempts.isEmpty()) {
            printAttempts(attempts);
            printLast(attempts.getLast());
        }
        return ExitCode.OK;
    }

    /** Reads all pages: a job that was preempted often may have more attempts than one page. */
    private static List<JsonObject> attempts(ServerClient server, String path) {
        List<JsonObject> all = new ArrayList<>();
        @Nullable String next = null;
        do {
            JsonObject page = server.parse(
                    server.get(new Query(path + "/attempts").with("after", next).path()));
            all.addAll(page.objects("attempts"));
            next = page.text("next");
        } while (!next.isEmpty());
        return all;
    }

    /** A server of an earlier release does not have this path. */
    private static JsonObject asked(ServerClient server, String path) {
        try {
            return server.parse(server.get(path + "/request"));
        } catch (Failure e) {
            if (e.exitCode() == ExitCode.NOT_FOUND) {
                return server.parse("{}");
            }
            throw e;
        }
    }

    private static boolean isMasked(JsonObject asked) {
        return asked.object("request").hasValue("masked");
    }

    /** The server shows hidden values only to accounts that it knows, over its socket. */
    private static String whoSeesValues(JsonObject asked) {
        String account = asked.text("account");
        String who = account.isEmpty() || account.equals("root") ? "root" : account + " and root";
        return isMasked(asked)
                ? "hidden; trainyard show shows them to " + who + ", on the machine of trainyard up"
                : "hidden from everyone except " + who;
    }

    private void printJob(JsonObject found) {
        Shown shown = session.shown();
        String reason = JobReason.of(found, shown);
        line("job", found.text("jobId"));
        line("name", found.text("name"));
        line("team", found.text("team"));
        line("by", found.text("submittedBy"));
        line(
                "state",
                found.text("state")
                        + (reason.isEmpty() ? "" : " (" + Shown.inOneLine(session.forPeople(reason)) + ")"));
        line("priority", found.text("priority"));
        line("accepted", shown.time(found.text("acceptedAt")));
        line(found.text("state").equals("REJECTED") ? "rejected" : "ended", shown.time(found.text("endedAt")));
        String hold = found.text("holdRequested");
        line(
                "hold",
                hold.isEmpty()
                        ? ""
                        : "requested while the job runs. It will be held when it would be queued again (" + hold + ")");
    }

    private void printAttempts(List<JsonObject> attempts) {
        Shown shown = session.shown();
        Table table = new Table(List.of(
                        "ATTEMPT", "STATE", "CAUSE", "EXIT CODE", "WORKER", "DEVICES", "STARTED", "EXITED", "DETAIL"))
                .whole("STATE", "STARTED", "EXITED");
        for (JsonObject attempt : attempts) {
            String detail = session.forPeople(attempt.text("detail"));
            table.row(List.of(
                    attempt.text("number"),
                    attempt.text("state"),
                    attempt.text("cause"),
                    attempt.text("exitCode"),
                    attempt.text("worker"),
                    DeviceNames.shown(attempt),
                    shown.time(attempt.text("startedAt")),
                    shown.time(attempt.text("exitedAt")),
                    Shown.inOneLine(detail)));
        }
        session.out().println();
        wide.print(table, session);
        session.out().println();
    }

    private void printLast(JsonObject attempt) {
        line("rests", rest(attempt));
        line("container", attempt.text("containerName"));
        line("image", attempt.text("imageDigest"));
        line("program", attempt.texts("argv").stream().map(ShellWords::quote).collect(Collectors.joining(" ")));
        if (!attempt.text("startedAt").isEmpty()) {
            line("outputs", attempt.text("outputsLocation"));
        }
    }

    private String rest(JsonObject attempt) {
        String until = attempt.text("restsUntil");
        return until.isEmpty() || attempt.text("state").equals("ENDED")
                ? ""
                : "until %s, since the process of its worker ended %s times in a row while it worked for this attempt"
                        .formatted(session.shown().time(until), attempt.text("workerDeaths"));
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            session.out()
                    .println(name + " ".repeat(Math.max(1, 11 - name.length())) + ControlCharacters.inOneLine(value));
        }
    }
}
