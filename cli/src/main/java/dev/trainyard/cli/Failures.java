package dev.trainyard.cli;

import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.launch.CommandName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** How a command that cannot do its work ends: one paragraph, and an exit code. */
final class Failures {

    private Failures() {}

    /** Of arguments that cannot be understood. */
    static int misused(ParameterException e, Session session) {
        String words = e instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched)
                : inOnePiece(String.valueOf(e.getMessage()));
        String end = words.endsWith("?") || words.endsWith(".") ? "" : ".";
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        session.err()
                .println(new CommandName(session.environment())
                        .in("error: %s%s See '%s --help'.".formatted(words, end, command)));
        return ExitCode.INVALID;
    }

    /** picocli says "option" of an option that is a mapping twice, "error" at the beginning of some, and names Java's types. */
    private static String inOnePiece(String words) {
        return words.replace("for option option '", "for option '")
                .replaceFirst("^Error: ", "")
                .replaceFirst("' is not an? (int|long)\\b", "' is no whole number");
    }

    private static String unmatched(UnmatchedArgumentException e) {
        String first = e.getUnmatched().getFirst();
        boolean option = first.startsWith("-");
        boolean command = !option && !e.getCommandLine().getSubcommands().isEmpty();
        List<String> known = command ? commands(e.getCommandLine()) : option ? options(e.getCommandLine()) : List.of();
        Optional<String> foreign =
                command && e.getCommandLine().getParent() == null ? ForeignCommands.hint(first) : Optional.empty();
        if (foreign.isPresent()) {
            return "there is no command '%s'. %s".formatted(first, foreign.get());
        }
        String meant = NearestName.among(known, first)
                .map("; did you mean %s?"::formatted)
                .orElse(option ? taken(known) : "");
        return "there is no %s '%s'%s".formatted(command ? "command" : option ? "option" : "place for", first, meant);
    }

    private static String taken(List<String> options) {
        return options.stream()
                .filter(name -> name.startsWith("--"))
                .sorted()
                .collect(Collectors.joining(", ", "; what is taken: ", ""));
    }

    private static List<String> commands(CommandLine of) {
        return of.getParent() == null
                ? Commands.NAMES
                : List.copyOf(of.getSubcommands().keySet());
    }

    private static List<String> options(CommandLine command) {
        return List.copyOf(command.getCommandSpec().optionsMap().keySet());
    }

    /** Of what went wrong while the command ran. */
    static int failed(Throwable e, Session session) {
        boolean debug = session.environment().containsKey("TRAINYARD_DEBUG");
        if (!(e instanceof Failure failure)) {
            session.err()
                    .println("error: a defect of the client: %s.%s"
                            .formatted(e, debug ? "" : " TRAINYARD_DEBUG=1 shows where; please report it."));
        } else if (failure.exitCode() != ExitCode.OUTPUT_CLOSED) {
            session.err().println("error: " + session.forPeople(String.valueOf(failure.getMessage())));
        }
        if (debug) {
            e.printStackTrace(session.err());
        }
        return e instanceof Failure failure ? failure.exitCode() : ExitCode.INTERNAL;
    }
}
