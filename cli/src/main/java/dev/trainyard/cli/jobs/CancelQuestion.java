package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.Session.Interruption;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.text.Excerpt;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Handles Ctrl-C while the client follows a job. It asks whether to cancel the job or to leave it running, and, if the job is being
 * stopped, whether to kill it. Ctrl-C during a question ends the client. Without a terminal, the client ends at once.
 */
public final class CancelQuestion {

    private final Session session;
    private final ServerClient server;
    private final String id;
    private final LogView view;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile boolean cancelled;
    private volatile boolean stopping;
    private volatile boolean killed;

    /** @param view shows nothing during a question */
    public CancelQuestion(Session session, ServerClient server, String id, LogView view) {
        this.session = session;
        this.server = server;
        this.id = id;
        this.view = view;
    }

    /** Handles Ctrl-C until the result is closed. */
    public Interruption watch() {
        return session.canAsk() ? session.onCtrlC(this::interrupted) : () -> {};
    }

    /** The message when the client ends before the job. */
    public String farewell() {
        return cancelled
                ? "job %s is being cancelled. To see how it ends: trainyard show %s".formatted(id, id)
                : "job %s continues. To follow it: trainyard logs -f %s. To cancel it: trainyard cancel %s"
                        .formatted(id, id, id);
    }

    private void interrupted() {
        if (killed || !asking.compareAndSet(false, true)) {
            leave();
            return;
        }
        view.silently(this::ask);
    }

    private void ask() {
        if (stopping) {
            askToKill();
        } else {
            askToCancel();
        }
    }

    private void askToCancel() {
        if (!isAnswered("cancel the job (c), or leave it running (Enter)?", "c", "cancel")) {
            leave();
            return;
        }
        String result = post(Map.of("by", session.user()));
        if (result != null) {
            cancelled = true;
            stopping = result.equals("STOPPING");
            session.say(
                    result.equals("ALREADY_ENDED")
                            ? "the job has already ended"
                            : "the job is being cancelled. Its outputs are kept. Press Ctrl-C again to kill it, or to leave without waiting");
        }
    }

    private void askToKill() {
        if (!isAnswered("kill the job now (k), or leave and let it stop by itself (Enter)?", "k", "kill")) {
            leave();
            return;
        }
        if (post(Map.of("by", session.user(), "force", true)) != null) {
            killed = true;
            session.say("the job is being killed. Its outputs are kept. Press Ctrl-C again to leave without waiting");
        }
    }

    /** Asks until the answer is the word, its first letter, or empty. Empty means no. */
    private boolean isAnswered(String question, String letter, String word) {
        String answer = session.ask(question);
        while (!answer.isEmpty() && !answer.equalsIgnoreCase(letter) && !answer.equalsIgnoreCase(word)) {
            answer = session.ask("'%s' is not an answer: %s".formatted(Excerpt.plain(answer, 20), question));
        }
        asking.set(false);
        return !answer.isEmpty();
    }

    /** The result. Null after a failure, which has been reported. */
    private @Nullable String post(Map<String, ?> fields) {
        try {
            return server.post("/jobs/" + id + "/cancel", fields).text("result");
        } catch (Failure e) {
            session.say("the job is not cancelled: " + e.getMessage());
            return null;
        }
    }

    /** The shutdown hook of the command prints {@link #farewell}. */
    private static void leave() {
        Runtime.getRuntime().exit(ExitCode.INTERRUPTED);
    }
}
