package dev.trainyard.standalone;

import dev.trainyard.db.DatabaseUnavailable;
import dev.trainyard.standalone.embedded.LocalServiceException;
import dev.trainyard.submitter.AddressUnavailable;
import dev.trainyard.worker.WorkerProblem;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code trainyard up} and {@code trainyard demo}. */
@Command(name = "trainyard", synopsisSubcommandLabel = "COMMAND")
public final class Main {

    private static final int UNAVAILABLE = 69;

    private Main() {}

    /** {@code args[0]} is the command word. */
    public static void main(String[] args) {
        // The brokers and frameworks inside are quiet; what happens to jobs is said in a line each.
        System.setProperty("logback.configurationFile", "logback-standalone.xml");
        System.setProperty("trainyard.log", args.length > 0 && args[0].equals("demo") ? "WARN" : "INFO");
        CommandLine command = new CommandLine(new Main());
        command.setExecutionExceptionHandler((failure, commandLine, parsed) -> {
            if (isForPeople(failure)) {
                commandLine.getErr().println("trainyard: " + failure.getMessage());
                return UNAVAILABLE;
            }
            throw failure;
        });
        System.exit(command.execute(args));
    }

    private static boolean isForPeople(Exception failure) {
        return failure instanceof LocalServiceException
                || failure instanceof WorkerProblem
                || failure instanceof DatabaseUnavailable
                || failure instanceof AddressUnavailable;
    }

    static final class Options {

        @Option(
                names = "--dir",
                paramLabel = "DIR",
                description = "Keeps all state and outputs. Default: TRAINYARD_HOME, else $XDG_DATA_HOME/trainyard.")
        private @Nullable Path directory;

        @Option(
                names = "--devices",
                paramLabel = "SPEC",
                description =
                        "nvidia, slots:N, file:PATH or none. Default: nvidia where nvidia-smi is installed, else slots:2.")
        private @Nullable String devices;

        @Option(
                names = "--run-slots",
                paramLabel = "N",
                description = "Trainings at once at most. Default: one per device.")
        private @Nullable Integer runSlots;

        @Option(
                names = "--policy",
                paramLabel = "FILE",
                description =
                        "What containers may be given. Default: /etc/trainyard/policy.yml where it is there, else the built-in policy.")
        private @Nullable Path policy;

        @Option(
                names = "--port",
                paramLabel = "PORT",
                defaultValue = "8700",
                description = "REST on 127.0.0.1; 0 for a free one. Default: ${DEFAULT-VALUE}.")
        private int port;

        Standalone.Settings settings() {
            return new Standalone.Settings(directory(), devices(), runSlots, policy, port, System.getenv());
        }

        Path directory() {
            return directory != null ? directory : StateHome.directory(System.getenv());
        }

        private String devices() {
            return devices != null ? devices : StateHome.isOnPath("nvidia-smi", System.getenv()) ? "nvidia" : "slots:2";
        }
    }

    @Command(
            name = "up",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 110,
            description = {"Runs everything in one process on this host: Kafka, Postgres, a server and a worker.", ""},
            footer = {
                "",
                "Example:",
                "  trainyard up                    then, in another terminal: trainyard submit docker-compose.yml",
                "",
                "Ctrl-C stops it; trainings run on, and the next `up` goes on with them."
            })
    int up(@Mixin Options options) throws InterruptedException {
        try (Standalone standalone = Standalone.start(options.settings())) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(standalone::close));
            System.out.printf("""
                    Trainyard is up.
                      REST      %s
                      Kafka     %s
                      Postgres  %s
                      state     %s
                    Submit with: trainyard submit docker-compose.yml    Stop with Ctrl-C: trainings run on.
                    """, standalone.rest(), standalone.kafka(), standalone.readerUrl(), options.directory());
            standalone.await();
        }
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "demo",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 110,
            description = {
                "Runs the main job once: starts everything, trains examples/digits for real, shows its row and outputs.",
                ""
            },
            footer = {
                "",
                "Example:",
                "  trainyard demo",
                "",
                "Safe to repeat: the second run finds everything in place and needs seconds."
            })
    int demo(@Mixin Options options) {
        return Demo.run(options.settings());
    }
}
