package dev.trainyard.cli.drafts;

import dev.trainyard.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code trainyard drafts}. */
@Command(
        description = "Manage drafts. A draft says how a kind of model is trained and which parameters it accepts.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExample:%n",
        footer = {"  trainyard drafts add resnet18 draft.yml --params params.yml", "  trainyard train resnet18 --lr 0.1"
        })
public final class DraftsCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
    private CommandSpec spec;

    /** The command with its subcommands. */
    public static CommandLine line(Session session) {
        return new CommandLine(new DraftsCommand())
                .addSubcommand("add", new DraftsAddCommand(session))
                .addSubcommand("list", new DraftsListCommand(session))
                .addSubcommand("show", new DraftsShowCommand(session))
                .addSubcommand("remove", new DraftsRemoveCommand(session));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing: add, list, show or remove");
    }
}
