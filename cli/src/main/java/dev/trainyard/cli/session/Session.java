package dev.trainyard.cli.session;

import dev.trainyard.cli.server.JobLog.Patience;
import dev.trainyard.cli.server.LocalServer;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.terminal.ControlCharacters;
import dev.trainyard.cli.terminal.Screen;
import dev.trainyard.cli.terminal.Shown;
import dev.trainyard.cli.terminal.Table;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.launch.CommandName;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** The context of a command: its streams, its server, its environment and its clock. */
public final class Session {

    public static final String DEFAULT_SERVER = "http://127.0.0.1:8700";

    private final PrintStream out;
    private final PrintStream shown;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final Clock clock;
    private final Patience patience;
    private final boolean ownProcess;
    private final Configuration configuration;
    private @Nullable String serverOption;
    private @Nullable LocalServer local;

    /** @param ownProcess whether this process runs only this command, so that the process ends with it */
    public Session(
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            Clock clock,
            Patience patience,
            boolean ownProcess) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.clock = clock;
        this.patience = patience;
        this.ownProcess = ownProcess;
        this.configuration = new Configuration(environment);
        this.shown = isTerminal(1) ? ControlCharacters.shownTo(out) : out;
    }

    /** The command's output. Control characters are escaped on a terminal, but not in a file or pipe. */
    public PrintStream out() {
        return shown;
    }

    /** The output of a container's program, unchanged: its colours and progress bars are meant for the terminal. */
    public PrintStream program() {
        return out;
    }

    public PrintStream err() {
        return err;
    }

    public Map<String, String> environment() {
        return environment;
    }

    public Clock clock() {
        return clock;
    }

    public Patience patience() {
        return patience;
    }

    public Shown shown() {
        return new Shown(clock);
    }

    public void useServer(String address) {
        serverOption = address;
    }

    /** The server from {@code --server}, else the configured one, else the one on this machine. */
    public ServerClient server() {
        return new ServerClient(Objects.requireNonNullElseGet(serverOption, this::configuredServer));
    }

    /** The same server by its socket, if it is on this machine. */
    public LocalServer localServer() {
        if (local == null) {
            local = new LocalServer(server());
        }
        return local;
    }

    private String configuredServer() {
        return configuration.server().orElse(DEFAULT_SERVER);
    }

    /** The person's defaults. */
    public Configuration configuration() {
        return configuration;
    }

    /** The name of the person's account on this system. */
    public String user() {
        return environment.getOrDefault("USER", System.getProperty("user.name", "unknown"));
    }

    /** Prints a message for the person at the terminal, separate from the command's output. */
    public void say(String what) {
        err.println("trainyard: " + indented(forPeople(what)));
    }

    /** Completes the commands in a sentence of the client or the server, so that they work when copied. Safe for a terminal. */
    public String forPeople(String sentence) {
        return ControlCharacters.shown(new CommandName(environment)
                .in(sentence, serverOption == null ? "" : "--server " + ShellWords.quote(serverOption)));
    }

    /** Text from the server in several lines. All lines but the first are indented, to distinguish them from the client's own lines. */
    public String paragraph(String text) {
        return indented(forPeople(shown().timesIn(text)));
    }

    private static String indented(String text) {
        return text.replace("\n", "\n  ");
    }

    /** Whether messages go to a terminal, so that a line can be overwritten. */
    public boolean isWatched() {
        // Java's Console covers only standard input and output.
        return isTerminal(2);
    }

    /** Whether the client can ask a person. */
    public boolean canAsk() {
        return isTerminal(0) && isTerminal(2);
    }

    /** Whether standard input is a pipe or a file. */
    public boolean isFed() {
        if (!ownProcess) {
            return false;
        }
        try {
            Path input = Path.of("/proc/self/fd/0");
            return Files.readSymbolicLink(input).toString().startsWith("pipe:") || Files.isRegularFile(input);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private boolean isTerminal(int descriptor) {
        if (!ownProcess) {
            return false;
        }
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** The maximum width of a table. Unlimited if the output is not a terminal. */
    public int tableWidth() {
        return isTerminal(1) ? Screen.width(environment) : Table.UNLIMITED;
    }

    /** Asks the person at the terminal and waits for a line. Empty at the end of the input. */
    public String ask(String question) {
        err.print("\ntrainyard: " + question + " ");
        err.flush();
        try {
            // Unbuffered: text that is typed ahead belongs to the next reader.
            StringBuilder line = new StringBuilder();
            for (int c = System.in.read(); c >= 0 && c != '\n'; c = System.in.read()) {
                line.append((char) c);
            }
            return line.toString().strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Runs the action at each Ctrl-C, in its own thread, instead of ending the process. */
    public Interruption onCtrlC(Runnable action) {
        Signal ctrlC = new Signal("INT");
        SignalHandler before = Signal.handle(ctrlC, _ -> action.run());
        return () -> Signal.handle(ctrlC, before);
    }

    /** Runs the action if the process is told to end (Ctrl-C) before the result is closed. */
    public Interruption onInterrupt(Runnable action) {
        if (!ownProcess) {
            return () -> {};
        }
        Thread hook = new Thread(action, "interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The action is already running.
            }
        };
    }

    /** Removes the handler of an interrupt when it is closed. */
    @FunctionalInterface
    public interface Interruption extends AutoCloseable {
        @Override
        void close();
    }
}
