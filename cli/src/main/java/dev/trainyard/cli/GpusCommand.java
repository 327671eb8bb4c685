package dev.trainyard.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        description = "List the devices of all hosts, and which job has each.",
        footerHeading = "%nExample:%n",
        footer = "  trainyard gpus --json")
final class GpusCommand implements Callable<Integer> {

    private final Listing listing;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    GpusCommand(Session session) {
        listing = new Listing(session, "gpus");
    }

    @Override
    public Integer call() {
        return listing.print(page, wide, json.isGiven());
    }
}
