package dev.trainyard.cli;

import dev.trainyard.cli.Session.Interruption;
import dev.trainyard.cli.server.Server;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.request.Excerpt;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What Ctrl-C means while a job is followed. It asks once whether to cancel the job or to leave it running; pressed again it
 * leaves. Without a terminal there is nobody to ask, and it leaves at once.
 */
final class CancelQuestion {

    private final Session session;
    private final Server server;
    private final String id;
    private final LogView view;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean cancelled;

    /** @param view is silent while the question stands */
    CancelQuestion(Session session, Server server, String id, LogView view) {
        this.session = session;
        this.server = server;
        this.id = id;
        this.view = view;
    }

    /** Answers Ctrl-C until it is closed. */
    Interruption watch() {
        return session.canAsk() ? session.onCtrlC(this::interrupted) : () -> {};
    }

    /** What to say to one who leaves before the job has ended. */
    String farewell() {
        return cancelled
                ? "job %s is being cancelled. See its end: trainyard show %s".formatted(id, id)
                : "job %s goes on. Follow it: trainyard logs -f %s. End it: trainyard cancel %s".formatted(id, id, id);
    }

    private void interrupted() {
        if (asked.compareAndSet(false, true)) {
            view.silently(this::ask);
        } else {
            leave();
        }
    }

    private void ask() {
        String answer = session.ask("cancel the job (c), or leave it running (Enter)?");
        while (!answer.isEmpty() && !answer.equalsIgnoreCase("c") && !answer.equalsIgnoreCase("cancel")) {
            answer = session.ask("'%s' is no answer: cancel the job (c), or leave it running (Enter)?"
                    .formatted(Excerpt.plain(answer, 20)));
        }
        if (answer.isEmpty()) {
            leave();
            return;
        }
        try {
            String result = server.post("/jobs/" + id + "/cancel", Map.of("by", session.user()))
                    .text("result");
            cancelled = true;
            session.say(
                    result.equals("ALREADY_ENDED")
                            ? "the job had ended already"
                            : "the job is being cancelled; what it has written is kept. Ctrl-C again does not wait for its end");
        } catch (Failure e) {
            session.say("the job is not cancelled: " + e.getMessage());
        }
    }

    /** Those who listen to the end of the process say {@link #farewell}. */
    private static void leave() {
        Runtime.getRuntime().exit(ExitCode.INTERRUPTED);
    }
}
