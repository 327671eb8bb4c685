package dev.trainyard.standalone;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The main job once, as a person would do it: every command is the command line's own. */
final class Demo {

    private static final String ROW = """
            select job_name, state, cause, exit_code, worker, run_time, outputs_location
            from history.attempts where job_id = '%s' order by number""";

    private final Standalone.Settings settings;
    private final PrintStream out = System.out;
    private final long startedAt = System.nanoTime();

    private Demo(Standalone.Settings settings) {
        this.settings = settings;
    }

    static int run(Standalone.Settings settings) {
        return new Demo(settings).run();
    }

    private int run() {
        Path example = Path.of(System.getProperty("trainyard.home", "."), "examples", "digits");
        say("Starting Kafka, Postgres, a server and a worker in %s".formatted(settings.directory()));
        try (Standalone standalone = Standalone.start(withFreePort(settings))) {
            say("Kafka %s, %s, REST %s".formatted(standalone.kafka(), standalone.readerUrl(), standalone.rest()));
            say("Submitting %s: the image is built from its source, then it trains".formatted(example));
            String job = submit(standalone.rest(), example);
            if (job.isEmpty()) {
                return 1;
            }
            int exitCode = cli(standalone.rest(), List.of("logs", "-f", job), out);
            say("Its row in history.attempts:");
            cli(standalone.rest(), List.of("sql", ROW.formatted(job)), out);
            say("Its outputs:");
            cli(standalone.rest(), List.of("outputs", job), out);
            say("Done. Next: ./trainyard up, then ./trainyard submit your/docker-compose.yml");
            return exitCode;
        }
    }

    private String submit(URI rest, Path example) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        int exitCode = cli(
                rest,
                List.of(
                        "submit",
                        example.resolve("docker-compose.yml").toString(),
                        "--source",
                        example.resolve("digits").toString(),
                        "--param",
                        "epochs=5",
                        "--param",
                        "lr=0.01",
                        "-d"),
                new PrintStream(printed, true, StandardCharsets.UTF_8));
        return exitCode == 0 ? printed.toString(StandardCharsets.UTF_8).strip() : "";
    }

    private static int cli(URI rest, List<String> command, PrintStream out) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("TRAINYARD_SERVER", rest.toString());
        return dev.trainyard.cli.Main.run(command, out, System.err, environment);
    }

    /** The demo must not fail because something else uses the usual port. */
    private static Standalone.Settings withFreePort(Standalone.Settings settings) {
        return RestPort.isFree(settings.port())
                ? settings
                : new Standalone.Settings(
                        settings.directory(),
                        settings.devices(),
                        settings.runSlots(),
                        settings.policy(),
                        0,
                        settings.environment());
    }

    private void say(String text) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startedAt);
        out.printf("%n[%3d s] %s%n", elapsed.toSeconds(), text);
    }
}
