package dev.trainyard.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(description = "List the worker hosts.", footerHeading = "%nExample:%n", footer = "  trainyard workers --json")
final class WorkersCommand implements Callable<Integer> {

    private final Listing listing;

    @Mixin
    private final JsonOption json = new JsonOption();

    WorkersCommand(Session session) {
        listing = new Listing(session, "workers");
    }

    @Override
    public Integer call() {
        return listing.print(json.isGiven());
    }
}
