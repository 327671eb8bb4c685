package dev.trainyard.standalone;

import dev.trainyard.launch.ServiceExitCode;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Runs one training as a person would, with the client's own commands. */
final class Demo {

    private static final String ROW = """
            select job_name, state, cause, exit_code, worker, run_time, outputs_location
            from history.attempts where job_id = '%s' order by number""";

    private static final String OFFERED =
            "select count(*) from history.gpus where offered and unhealthy_because is null";

    /** The exit code of an attached {@code submit}. */
    private static final String OUTCOME = """
            select case when state = 'SUCCEEDED' then 0
                   else coalesce((select nullif(a.exit_code, 0) from history.attempts a
                                  where a.job_id = j.job_id order by a.number desc limit 1), 1) end
            from history.jobs j where job_id = '%s'""";

    /** The exit code of a failed job without a container's exit code, as in {@code submit}. */
    private static final int FAILED = 1;

    private final Standalone.Settings settings;
    private final IntFunction<List<String>> again;
    private final PrintStream out = System.out;
    private final long startedAt = System.nanoTime();
    private @Nullable CancelledByInterrupt interrupt;

    private Demo(Standalone.Settings settings, IntFunction<List<String>> again) {
        this.settings = settings;
        this.again = again;
    }

    /** @param again the options of an {@code up} with the same state, for the given port */
    static int run(Standalone.Settings settings, IntFunction<List<String>> again) {
        return new Demo(settings, again).run();
    }

    private int run() {
        Path example = Path.of(System.getProperty("trainyard.home", "."), "examples", "digits");
        try (Standalone standalone = Standalone.start(withFreePort(settings), this::line)) {
            say("Kafka %s, %s, REST %s".formatted(standalone.kafka(), standalone.readerUrl(), standalone.rest()));
            if (!offersADevice(standalone.rest())) {
                System.err.println(
                        "trainyard: --devices %s: the demo's training wants one device, and this host offers none. Give --devices slots:1 for a stand-in"
                                .formatted(settings.devices()));
                return ServiceExitCode.INVALID;
            }
            say("Submitting %s: the image is built from its source, then it trains".formatted(example));
            String job = submit(standalone.rest(), example);
            return job.isEmpty() ? FAILED : train(standalone.rest(), job);
        } finally {
            if (interrupt != null) {
                interrupt.allClosed();
            }
        }
    }

    private int train(URI rest, String job) {
        CancelledByInterrupt watched = CancelledByInterrupt.watch(() -> {
            say("Cancelling the job, and stopping everything; a moment");
            cancel(rest, job);
        });
        interrupt = watched;
        int exitCode = FAILED;
        try {
            int followed = cli(rest, List.of("logs", "-f", "--build", job), out);
            exitCode =
                    followed == ServiceExitCode.OK ? Integer.parseInt(answer(rest, OUTCOME.formatted(job))) : followed;
        } finally {
            if (exitCode != ServiceExitCode.OK) {
                cancel(rest, job);
            }
            watched.jobEnded();
        }
        if (watched.came()) {
            return exitCode;
        }
        say("Its row in history.attempts:");
        cli(rest, List.of("sql", ROW.formatted(job)), out);
        say("Its outputs:");
        cli(rest, List.of("outputs", job), out);
        NextCommands next = new NextCommands(rest.toString(), System.getenv());
        say(next.in("""
                Done. Everything is stopped. To look at the results later, run this in one terminal:
                          %s
                        and these in another:
                          trainyard outputs %s
                          trainyard submit your/docker-compose.yml   for a training of your own""".formatted(NextCommands.up(again.apply(rest.getPort())), job)));
        return exitCode;
    }

    /** Has no effect on a job that has ended. */
    private static void cancel(URI rest, String job) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        cli(rest, List.of("cancel", job, "--reason", "the demo was left"), nowhere, nowhere);
    }

    private static boolean offersADevice(URI rest) {
        return !answer(rest, OFFERED).equals("0");
    }

    /** The single value that a query returns. */
    private static String answer(URI rest, String query) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        cli(rest, List.of("sql", "--csv", query), new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .findFirst()
                .orElse("");
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
                        // The source tree stays as it is.
                        "--outputs",
                        "managed",
                        "-d"),
                new PrintStream(printed, true, StandardCharsets.UTF_8));
        return exitCode == 0 ? printed.toString(StandardCharsets.UTF_8).strip() : "";
    }

    private static int cli(URI rest, List<String> command, PrintStream out) {
        return cli(rest, command, out, System.err);
    }

    private static int cli(URI rest, List<String> command, PrintStream out, PrintStream err) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("TRAINYARD_SERVER", rest.toString());
        return dev.trainyard.cli.Main.run(command, out, err, environment);
    }

    /** The demo must not fail because another program uses the usual port. */
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
        out.println();
        line(text);
    }

    private void line(String text) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startedAt);
        out.printf("[%3d s] %s%n", elapsed.toSeconds(), text);
    }
}
