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
 * What Ctrl-C means while a job is followed. It asks whether to cancel the job or to leave it running; once it is being stopped,
 * whether to kill it. Pressed while a question stands it leaves. Without a terminal there is nobody to ask, and it leaves at once.
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

    /** @param view is silent while the question stands */
    public CancelQuestion(Session session, ServerClient server, String id, LogView view) {
        this.session = session;
        this.server = server;
        this.id = id;
        this.view = view;
    }

    /** Answers Ctrl-C until it is closed. */
    public Interruption watch() {
        return session.canAsk() ? session.onCtrlC(this::interrupted) : () -> {};
    }

    /** What to say to one who leaves before the job has ended. */
    public String farewell() {
        return cancelled
                ? "job %s is being cancelled. See its end: trainyard show %s".formatted(id, id)
                : "job %s goes on. Follow it: trainyard logs -f %s. End it: trainyard cancel %s".formatted(id, id, id);
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
                            ? "the job had ended already"
                            : "the job is being cancelled; what it has written is kept. Ctrl-C again kills it, or does not wait for its end");
        }
    }

    private void askToKill() {
        if (!isAnswered("kill the job now (k), or let it stop by itself and leave (Enter)?", "k", "kill")) {
            leave();
            return;
        }
        if (post(Map.of("by", session.user(), "force", true)) != null) {
            killed = true;
            session.say("the job is being killed; what it has written is kept. Ctrl-C again does not wait for its end");
        }
    }

    /** Asks until the answer is the word, or its first letter, or empty: then it is no. */
    private boolean isAnswered(String question, String letter, String word) {
        String answer = session.ask(question);
        while (!answer.isEmpty() && !answer.equalsIgnoreCase(letter) && !answer.equalsIgnoreCase(word)) {
            answer = session.ask("'%s' is no answer: %s".formatted(Excerpt.plain(answer, 20), question));
        }
        asking.set(false);
        return !answer.isEmpty();
    }

    /** The result; null: it failed, which was said. */
    private @Nullable String post(Map<String, ?> fields) {
        try {
            return server.post("/jobs/" + id + "/cancel", fields).text("result");
        } catch (Failure e) {
            session.say("the job is not cancelled: " + e.getMessage());
            return null;
        }
    }

    /** Those who listen to the end of the process say {@link #farewell}. */
    private static void leave() {
        Runtime.getRuntime().exit(ExitCode.INTERRUPTED);
    }
}
