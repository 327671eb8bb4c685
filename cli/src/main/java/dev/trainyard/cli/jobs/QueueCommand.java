package dev.trainyard.cli.jobs;

import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Listing;
import dev.trainyard.cli.session.PageOptions;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.WideOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code trainyard queue}. */
@Command(
        description = "List the waiting jobs in their order, and why each waits.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard queue --json")
public final class QueueCommand implements Callable<Integer> {

    private final Listing listing;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    public QueueCommand(Session session) {
        listing = new Listing(session, "queue");
    }

    @Override
    public Integer call() {
        return listing.print(page, wide, json.isGiven());
    }
}
