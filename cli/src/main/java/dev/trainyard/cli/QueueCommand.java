package dev.trainyard.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        description = "List the waiting jobs in the order in which they are to run, with the reason why each waits.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard queue --json")
final class QueueCommand implements Callable<Integer> {

    private final Listing listing;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    QueueCommand(Session session) {
        listing = new Listing(session, "queue");
    }

    @Override
    public Integer call() {
        return listing.print(page, wide, json.isGiven());
    }
}
