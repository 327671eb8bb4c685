package dev.trainyard.cli.session;

import dev.trainyard.cli.server.JobLog.Patience;
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

/** What a command runs in: where it prints, whom it asks, and what surrounds it. */
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

    /** @param ownProcess whether the process is this command and nothing else, so that its end is the command's */
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

    /** Where the command prints. A terminal gets no control characters; a file or a pipe gets everything as it is. */
    public PrintStream out() {
        return shown;
    }

    /** Where the words of a program go, as they are: its colours and progress bars are meant for the terminal. */
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

    /** The server of {@code --server}, else the one that is configured, else the one on this machine. */
    public ServerClient server() {
        return new ServerClient(Objects.requireNonNullElseGet(serverOption, this::configuredServer));
    }

    private String configuredServer() {
        return configuration.server().orElse(DEFAULT_SERVER);
    }

    /** What this person always wants. */
    public Configuration configuration() {
        return configuration;
    }

    /** Who uses the client, as their system knows them. */
    public String user() {
        return environment.getOrDefault("USER", System.getProperty("user.name", "unknown"));
    }

    /** Something for the person at the terminal, apart from what the command prints. */
    public void say(String what) {
        err.println("trainyard: " + indented(forPeople(what)));
    }

    /** A sentence, ours or the server's, with the commands in it such that they work here when they are copied; safe for a terminal. */
    public String forPeople(String sentence) {
        return ControlCharacters.shown(new CommandName(environment)
                .in(sentence, serverOption == null ? "" : "--server " + ShellWords.quote(serverOption)));
    }

    /** What the server says in some lines, of which none but the first begins where an own line of ours would. */
    public String paragraph(String text) {
        return indented(forPeople(shown().timesIn(text)));
    }

    private static String indented(String text) {
        return text.replace("\n", "\n  ");
    }

    /** Whether a person watches the messages, so that a line may be written over. */
    public boolean isWatched() {
        // Java's console is about standard input and output only.
        return isTerminal(2);
    }

    /** Whether a person can be asked something. */
    public boolean canAsk() {
        return isTerminal(0) && isTerminal(2);
    }

    /** Whether something is piped or redirected into this process. */
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

    /** How wide a table may be: what goes to no terminal is never cut. */
    public int tableWidth() {
        return isTerminal(1) ? Screen.width(environment) : Table.UNLIMITED;
    }

    /** Asks the person at the terminal, and waits for a line; empty if there is none. */
    public String ask(String question) {
        err.print("\ntrainyard: " + question + " ");
        err.flush();
        try {
            // Not buffered: what is typed ahead belongs to whoever reads next.
            StringBuilder line = new StringBuilder();
            for (int c = System.in.read(); c >= 0 && c != '\n'; c = System.in.read()) {
                line.append((char) c);
            }
            return line.toString().strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Runs the action at each Ctrl-C, in a thread of its own, in place of the end of the process. */
    public Interruption onCtrlC(Runnable action) {
        Signal ctrlC = new Signal("INT");
        SignalHandler before = Signal.handle(ctrlC, _ -> action.run());
        return () -> Signal.handle(ctrlC, before);
    }

    /** Runs the action if the process is told to end (Ctrl-C) before this is closed. */
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
                // It is running already.
            }
        };
    }

    /** Ends the wait for an interrupt. */
    @FunctionalInterface
    public interface Interruption extends AutoCloseable {
        @Override
        void close();
    }
}
