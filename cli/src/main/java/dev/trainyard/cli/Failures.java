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
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Ends a failed command with one paragraph and an exit code. */
final class Failures {

    private Failures() {}

    /** For arguments that picocli cannot parse. */
    static int misused(ParameterException e, Session session) {
        String words = unmatched(e)
                .map(first -> unmatched(e.getCommandLine(), first))
                .orElseGet(() -> inOnePiece(String.valueOf(e.getMessage())));
        String end = words.endsWith("?") || words.endsWith(".") ? "" : ".";
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        session.err()
                .println(new CommandName(session.environment())
                        .in("error: %s%s See '%s --help'.".formatted(words, end, command)));
        return ExitCode.INVALID;
    }

    /** Corrects picocli's messages: some repeat the word "option", some start with "Error", and some name Java types. */
    private static String inOnePiece(String words) {
        return words.replace("for option option '", "for option '")
                .replaceFirst("^Error: ", "")
                .replaceFirst("' is not an? (int|long)\\b", "' is not an integer");
    }

    /** The first unknown argument. An unknown option explains why another argument is missing. */
    private static Optional<String> unmatched(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException unmatched ->
                Optional.of(unmatched.getUnmatched().getFirst());
            case MissingParameterException _ ->
                e.getCommandLine().getUnmatchedArguments().stream()
                        .filter(argument -> argument.startsWith("-"))
                        .findFirst();
            default -> Optional.empty();
        };
    }

    private static String unmatched(CommandLine called, String first) {
        boolean option = first.startsWith("-");
        boolean command = !option && !called.getSubcommands().isEmpty();
        List<String> known = command ? commands(called) : option ? options(called) : List.of();
        Optional<String> foreign =
                command && called.getParent() == null ? ForeignCommands.hint(first) : Optional.empty();
        if (foreign.isPresent()) {
            return "unknown command '%s'. %s".formatted(first, foreign.get());
        }
        String meant = NearestName.among(known, first)
                .map("; did you mean %s?"::formatted)
                .orElse(option ? taken(known) : "");
        String what = command ? "unknown command" : option ? "unknown option" : "unexpected argument";
        return "%s '%s'%s".formatted(what, first, meant);
    }

    private static String taken(List<String> options) {
        return options.stream()
                .filter(name -> name.startsWith("--"))
                .sorted()
                .collect(Collectors.joining(", ", "; known options: ", ""));
    }

    private static List<String> commands(CommandLine of) {
        return of.getParent() == null
                ? Commands.NAMES
                : List.copyOf(of.getSubcommands().keySet());
    }

    private static List<String> options(CommandLine command) {
        return List.copyOf(command.getCommandSpec().optionsMap().keySet());
    }

    /** For a failure while the command ran. */
    static int failed(Throwable e, Session session) {
        boolean debug = session.environment().containsKey("TRAINYARD_DEBUG");
        if (!(e instanceof Failure failure)) {
            session.err()
                    .println("error: this is a bug in the client: %s.%s"
                            .formatted(e, debug ? "" : " Please report it. TRAINYARD_DEBUG=1 shows the stack trace."));
        } else if (failure.exitCode() != ExitCode.OUTPUT_CLOSED) {
            session.err().println("error: " + session.forPeople(String.valueOf(failure.getMessage())));
        }
        if (debug) {
            e.printStackTrace(session.err());
        }
        return e instanceof Failure failure ? failure.exitCode() : ExitCode.INTERNAL;
    }
}
