package dev.trainyard.cli.installation;

import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Listing;
import dev.trainyard.cli.session.PageOptions;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.session.WideOption;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code trainyard workers}. */
@Command(
        description =
                "List the workers. With a subcommand: forget a dead worker, or release the name of a built image.",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard workers --json",
            "  trainyard workers forget gpu-7",
            "  trainyard workers release-name gpu-7 vision/resnet:2 --team vision"
        })
public final class WorkersCommand implements Callable<Integer> {

    private final Listing listing;

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final WideOption wide = new WideOption();

    @Mixin
    private final JsonOption json = new JsonOption();

    private WorkersCommand(Session session) {
        listing = new Listing(session, "workers");
    }

    /** The command with its subcommands. */
    public static CommandLine line(Session session) {
        return new CommandLine(new WorkersCommand(session))
                .addSubcommand("forget", new WorkersForgetCommand(session))
                .addSubcommand("release-name", new WorkersReleaseNameCommand(session));
    }

    @Override
    public Integer call() {
        return listing.print(page, wide, json.isGiven());
    }
}
