package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JobLog.Entry;
import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.cli.terminal.WatchedOutput;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Shows a job's log: the container's output on standard output, everything else as messages on standard error. */
public final class LogView implements Consumer<Entry> {

    private final Session session;
    private final PrintStream container;
    private final ReentrantLock screen = new ReentrantLock();
    private String said = "";

    /** @param container the stream for the container's output */
    public LogView(Session session, PrintStream container) {
        this.session = session;
        this.container = container;
    }

    @Override
    public void accept(Entry entry) {
        silently(() -> show(entry));
    }

    /** Runs the action while nothing else is shown. New entries wait until it ends. */
    void silently(Runnable action) {
        screen.lock();
        try {
            action.run();
        } finally {
            screen.unlock();
        }
    }

    private void show(Entry entry) {
        switch (entry) {
            case Entry.Text(String source, String text) ->
                show(source.equals("CONTAINER") ? container : session.err(), text);
            case Entry.State(JsonObject job) -> tell(job);
            case Entry.Lost(String why) -> session.say("connection lost (%s). Trying again".formatted(why));
            case Entry.Found() -> session.say("connected again");
        }
    }

    /** Reports the state of the job, unless the last report was the same. */
    public void tell(JsonObject job) {
        String sentence = sentence(job);
        if (!sentence.equals(said)) {
            said = sentence;
            session.say(sentence);
        }
    }

    private void show(PrintStream stream, String text) {
        stream.print(text);
        // A PrintStream hides a closed pipe. Without this check the client would follow the job to its end.
        Failure failure = WatchedOutput.failure(stream);
        if (failure != null) {
            throw failure;
        }
    }

    private String sentence(JsonObject job) {
        String reason = JobReason.of(job, session.shown());
        String state = job.text("state");
        return switch (state) {
            case "PUBLISHED" -> "published, not yet read by a worker";
            case "QUEUED" ->
                reason.isEmpty() ? "queued" : reason.startsWith("waiting ") ? reason : "waiting: " + reason;
            case "RUNNING" -> attempt(job.object("attempt"));
            case "SUCCEEDED" -> "succeeded. To list its outputs: trainyard outputs " + job.text("jobId");
            case "HELD" -> {
                String id = job.text("jobId");
                yield "held: %s. To let it start again: trainyard release %s. To cancel it: trainyard cancel %s"
                        .formatted(reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason, id, id);
            }
            default -> state.toLowerCase(Locale.ROOT) + (reason.isEmpty() ? "" : ": " + reason);
        };
    }

    private static String attempt(JsonObject attempt) {
        String devices = DeviceNames.shown(attempt);
        return "attempt %s on %s%s: %s"
                .formatted(
                        attempt.text("number"),
                        attempt.text("worker"),
                        devices.isEmpty() ? "" : " with " + devices,
                        doing(attempt));
    }

    private static String doing(JsonObject attempt) {
        return switch (attempt.text("state")) {
            case "RESERVED" -> "reserved";
            case "PREPARING" -> "preparing image and container";
            case "RUNNING" ->
                attempt.text("stopReason").isEmpty() ? "running" : "stopping, " + attempt.text("stopReason");
            case "COLLECTING" -> "exit code %s, collecting the outputs".formatted(attempt.text("exitCode"));
            case "ENDED" -> "ended, " + attempt.text("cause");
            default -> attempt.text("state");
        };
    }
}
