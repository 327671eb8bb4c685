package dev.trainyard.cli;

import dev.trainyard.cli.server.JobLog.Patience;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.cli.terminal.WatchedOutput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The client commands of {@code trainyard}. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        // Libraries must not log to a person's terminal.
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Session session = new Session(
                new WatchedOutput(new FileOutputStream(FileDescriptor.out), System.out.charset()),
                System.err,
                System.getenv(),
                Clock.system(ZoneId.systemDefault()),
                Patience.DEFAULT,
                true);
        System.exit(run(List.of(args), session));
    }

    /**
     * Runs one command in this process, exactly as the command line does.
     *
     * @param out the command's output, including the log of an attached container
     * @param err messages for the person at the terminal
     * @param environment replaces the environment of this process
     * @return the exit code; see {@link ExitCode}
     */
    public static int run(List<String> args, PrintStream out, PrintStream err, Map<String, String> environment) {
        return run(
                args,
                new Session(out, err, environment, Clock.system(ZoneId.systemDefault()), Patience.DEFAULT, false));
    }

    static int run(List<String> args, Session session) {
        int exitCode;
        int unreadable = unreadable(args);
        if (unreadable > 0) {
            session.err()
                    .println(
                            "error: argument %d is not valid UTF-8, or the locale of this process does not support its characters. Use UTF-8, and set LC_ALL=C.UTF-8"
                                    .formatted(unreadable));
            return ExitCode.INVALID;
        }
        try {
            exitCode = commandLine(args, session).execute(arguments(args));
        } catch (Error e) {
            // picocli's handlers get only exceptions, not errors.
            exitCode = Failures.failed(e, session);
        }
        session.out().flush();
        Failure unwritten = WatchedOutput.failure(session.program());
        if (unwritten != null && exitCode == ExitCode.OK) {
            exitCode = unwritten.exitCode();
            // The reader of the pipe, such as head, ended on purpose. This is not an error to report.
            if (exitCode != ExitCode.OUTPUT_CLOSED) {
                session.err().println("error: " + unwritten.getMessage());
            }
        }
        session.err().flush();
        return exitCode;
    }

    /** Java replaces bytes that it cannot decode by U+FFFD. Without this check, the client would send that character. */
    private static int unreadable(List<String> args) {
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).indexOf('\ufffd') >= 0) {
                return i + 1;
            }
        }
        return 0;
    }

    /** {@code help COMMAND} is {@code COMMAND --help}. */
    private static String[] arguments(List<String> args) {
        List<String> arguments = new ArrayList<>(args.isEmpty() ? List.of("--help") : args);
        if (arguments.getFirst().equals("help")) {
            arguments.removeFirst();
            arguments.removeAll(List.of("--help", "-h"));
            arguments.add("--help");
        }
        return arguments.toArray(String[]::new);
    }

    /** Sets the version on each command, because picocli asks the command to which the option was given. */
    private static void tellVersion(CommandLine command) {
        String version = Main.class.getPackage().getImplementationVersion();
        command.getCommandSpec().version("trainyard " + (version == null ? "development" : version));
        command.getSubcommands().values().forEach(Main::tellVersion);
    }

    /** To the system an empty path is the current folder. But it is probably an unset variable. */
    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException(
                    "the path is empty, as if a variable had no value. The current folder is '.'");
        }
        return Path.of(text);
    }

    private static CommandLine commandLine(List<String> args, Session session) {
        CommandLine root = new CommandLine(new RootCommand(session));
        Commands.register(root, args, session);
        root.registerConverter(Path.class, Main::path);
        tellVersion(root);
        root.setOut(new PrintWriter(session.out(), true, session.out().charset()));
        root.setErr(new PrintWriter(session.err(), true, session.err().charset()));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        // An argument that starts with @ belongs to the program.
        root.setExpandAtFiles(false);
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpWidth(110);
        root.setParameterExceptionHandler((e, _) -> Failures.misused(e, session));
        root.setExecutionExceptionHandler((e, _, _) -> Failures.failed(e, session));
        return root;
    }
}
