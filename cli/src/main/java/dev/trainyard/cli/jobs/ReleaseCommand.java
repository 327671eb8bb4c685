package dev.trainyard.cli.jobs;

import dev.trainyard.cli.session.Session;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code trainyard release}. */
@Command(
        description = "Let a held job start again.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard release 0199f3a2-7b3c")
public final class ReleaseCommand implements Callable<Integer> {

    private final JobAction action;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(names = "--reason", description = "A reason, stored with the job.")
    private @Nullable String reason;

    public ReleaseCommand(Session session) {
        action = new JobAction(session, "release");
    }

    @Override
    public Integer call() {
        return action.post(job, action.because(reason), "is released");
    }
}
