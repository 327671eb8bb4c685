package dev.trainyard.cli.jobs;

import dev.trainyard.cli.session.Session;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code trainyard cancel}. */
@Command(
        description = {
            "End a waiting or running job. What it has written so far is kept.",
            "A running job gets its stop signal, and is killed when its grace period is over. Cancelled again, or with --force, it is killed at once."
        },
        footerHeading = "%nExample:%n",
        footer = "  trainyard cancel 0199f3a2-7b3c")
public final class CancelCommand implements Callable<Integer> {

    private final JobAction action;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(names = "--reason", description = "The reason, which is stored with the job.")
    private @Nullable String reason;

    @Option(names = "--force", description = "Kill its program at once, without its grace period.")
    private boolean force;

    public CancelCommand(Session session) {
        action = new JobAction(session, "cancel");
    }

    @Override
    public Integer call() {
        Map<String, Object> fields = action.because(reason);
        if (force) {
            fields.put("force", true);
        }
        return action.post(job, fields, "is cancelled");
    }
}
