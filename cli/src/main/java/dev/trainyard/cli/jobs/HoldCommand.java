package dev.trainyard.cli.jobs;

import dev.trainyard.cli.session.Session;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code trainyard hold}. */
@Command(
        description = "Keep a waiting job from starting until it is released.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard hold 0199f3a2-7b3c --reason 'waits for the new data'")
public final class HoldCommand implements Callable<Integer> {

    private final JobAction action;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(names = "--reason", description = "A reason, stored with the job.")
    private @Nullable String reason;

    public HoldCommand(Session session) {
        action = new JobAction(session, "hold");
    }

    @Override
    public Integer call() {
        return action.post(job, action.because(reason), "is held");
    }
}
