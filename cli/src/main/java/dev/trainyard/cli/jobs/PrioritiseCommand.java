package dev.trainyard.cli.jobs;

import dev.trainyard.cli.session.Session;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code trainyard prioritise}. */
@Command(
        description = "Change the priority of a waiting job.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard prioritise 0199f3a2-7b3c 900")
public final class PrioritiseCommand implements Callable<Integer> {

    private final JobAction action;

    @Mixin
    private final JobParameter job = new JobParameter();

    @Parameters(
            paramLabel = "N",
            description = "0 to 1000. Jobs with a higher priority start first. The default of new jobs is 500.")
    private int priority;

    public PrioritiseCommand(Session session) {
        action = new JobAction(session, "priority");
    }

    @Override
    public Integer call() {
        return action.post(job, Map.of("priority", priority), "has priority " + priority);
    }
}
