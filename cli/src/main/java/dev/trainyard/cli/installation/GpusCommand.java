package dev.trainyard.cli.installation;

import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Listing;
import dev.trainyard.cli.session.PageOptions;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.WideOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code trainyard gpus}. */
@Command(
        description = "List the devices of all hosts, and the job on each.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard gpus --json")
public final class GpusCommand implements Callable<Integer> {

    private final Listing listing;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    public GpusCommand(Session session) {
        listing = new Listing(session, "gpus");
    }

    @Override
    public Integer call() {
        return listing.print(page, wide, json.isGiven());
    }
}
