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
            "Cancel a waiting or running job. Its outputs so far are kept.",
            "A running job gets its stop signal, and is killed after its grace period. A second cancel, or --force, kills it at once."
        },
        footerHeading = "%nExample:%n",
        footer = "  trainyard cancel 0199f3a2-7b3c")
public final class CancelCommand implements Callable<Integer> {

    private final JobAction action;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(names = "--reason", description = "A reason, stored with the job.")
    private @Nullable String reason;

    @Option(names = "--force", description = "Kill the program at once, without a grace period.")
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
