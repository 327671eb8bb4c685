package dev.trainyard.cli.jobs;

import dev.trainyard.cli.session.Session;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code trainyard prioritise}. */
@Command(
        description = "Give a waiting job another priority.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard prioritise 0199f3a2-7b3c 900")
public final class PrioritiseCommand implements Callable<Integer> {

    private final JobAction action;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Parameters(paramLabel = "N", description = "From 0 to 1000; higher goes first, and 500 is usual.")
    private int priority;

    public PrioritiseCommand(Session session) {
        action = new JobAction(session, "priority");
    }

    @Override
    public Integer call() {
        return action.post(job, Map.of("priority", priority), "has priority " + priority);
    }
}
