package dev.trainyard.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        description = "End a job, whether it waits or runs. What it has written so far is kept.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard cancel 0199f3a2-7b3c")
final class CancelCommand implements Callable<Integer> {

    private final JobAction action;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Option(names = "--reason", description = "Why, for those who ask later.")
    private @Nullable String reason;

    CancelCommand(Session session) {
        action = new JobAction(session, "cancel");
    }

    @Override
    public Integer call() {
        return action.post(job, action.because(reason), "is cancelled");
    }
}
