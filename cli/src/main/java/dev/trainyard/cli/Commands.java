package dev.trainyard.cli;

import dev.trainyard.cli.drafts.DraftsCommand;
import dev.trainyard.cli.installation.GpusCommand;
import dev.trainyard.cli.installation.InfoCommand;
import dev.trainyard.cli.installation.WorkersCommand;
import dev.trainyard.cli.jobs.CancelCommand;
import dev.trainyard.cli.jobs.HoldCommand;
import dev.trainyard.cli.jobs.JobsCommand;
import dev.trainyard.cli.jobs.LogsCommand;
import dev.trainyard.cli.jobs.OutputsCommand;
import dev.trainyard.cli.jobs.PrioritiseCommand;
import dev.trainyard.cli.jobs.QueueCommand;
import dev.trainyard.cli.jobs.ReleaseCommand;
import dev.trainyard.cli.jobs.ShowCommand;
import dev.trainyard.cli.jobs.SqlCommand;
import dev.trainyard.cli.jobs.WhyCommand;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.submit.ComposeCommand;
import dev.trainyard.cli.submit.RunCommand;
import dev.trainyard.cli.submit.SubmitCommand;
import dev.trainyard.cli.submit.TrainCommand;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The commands, in the order of the help. */
final class Commands {

    static final List<String> NAMES = List.of(
            "submit",
            "run",
            "train",
            "drafts",
            "compose",
            "jobs",
            "show",
            "logs",
            "outputs",
            "why",
            "cancel",
            "hold",
            "release",
            "prioritise",
            "workers",
            "gpus",
            "queue",
            "sql",
            "info");

    private Commands() {}

    /** Registers only the called command, if one is certain. Reading the annotations of all commands takes longer than most commands run. */
    static void register(CommandLine root, List<String> args, Session session) {
        List<String> called = new ArrayList<>(NAMES);
        called.retainAll(args);
        for (String name : called.size() == 1 ? called : NAMES) {
            root.addSubcommand(name, command(name, args, session));
        }
    }

    /** Adds the named model's parameters to the help. */
    private static CommandLine train(TrainCommand command) {
        CommandLine line = new CommandLine(command);
        line.getHelpSectionMap().put("modelParameters", _ -> command.modelHelp());
        List<String> sections = new ArrayList<>(line.getHelpSectionKeys());
        sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), "modelParameters");
        line.setHelpSectionKeys(sections);
        return line;
    }

    private static Object command(String name, List<String> args, Session session) {
        return switch (name) {
            case "submit" -> new SubmitCommand(session);
            case "run" -> new RunCommand(session);
            case "train" -> train(new TrainCommand(session));
            case "drafts" -> DraftsCommand.line(session);
            case "compose" -> new ComposeCommand(session);
            case "jobs" -> new JobsCommand(session);
            case "show" -> new ShowCommand(session);
            case "logs" -> new LogsCommand(session);
            case "outputs" -> new OutputsCommand(session);
            case "why" -> new WhyCommand(session);
            case "cancel" -> new CancelCommand(session);
            case "hold" -> new HoldCommand(session);
            case "release" -> new ReleaseCommand(session);
            case "prioritise" -> new PrioritiseCommand(session);
            case "workers" -> WorkersCommand.line(session);
            case "gpus" -> new GpusCommand(session);
            case "queue" -> new QueueCommand(session);
            case "sql" -> SqlCommand.line(args, session);
            case "info" -> new InfoCommand(session);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
