package dev.trainyard.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.cli.server.JobLog.Patience;
import dev.trainyard.cli.session.Session;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the command line in this process, at a fixed time and with short timeouts. */
public final class Cli {

    static final Instant NOW = Instant.parse("2026-11-24T08:15:30Z");

    /** The exit code and output of a command. */
    public record Result(int exitCode, String out, String err) {}

    private final Map<String, String> environment = new HashMap<>(Map.of("USER", "ada"));
    private Duration silence = Duration.ofSeconds(20);

    /** A command line that uses this server through TRAINYARD_SERVER. */
    static Cli with(FakeServer server) {
        return new Cli().environment("TRAINYARD_SERVER", server.address());
    }

    public Cli environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Cli silence(Duration limit) {
        silence = limit;
        return this;
    }

    public Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Session session = new Session(
                new PrintStream(out, false, UTF_8),
                new PrintStream(err, false, UTF_8),
                environment,
                Clock.fixed(NOW, ZoneOffset.UTC),
                new Patience(Duration.ofMillis(200), Duration.ofMillis(10), silence),
                false);
        int exitCode = Main.run(List.of(args), session);
        return new Result(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }
}
