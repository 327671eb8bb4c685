package dev.trainyard.standalone;

import dev.trainyard.db.DatabaseUnavailable;
import dev.trainyard.launch.CommandName;
import dev.trainyard.launch.ServiceExitCode;
import dev.trainyard.launch.ShutdownHook;
import dev.trainyard.standalone.embedded.LocalServiceException;
import dev.trainyard.submitter.AddressUnavailable;
import dev.trainyard.submitter.publish.KafkaUnavailable;
import dev.trainyard.submitter.webhook.WebhookSecret;
import dev.trainyard.worker.WorkerProblem;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code trainyard up} and {@code trainyard demo}. */
@Command(name = "trainyard", synopsisSubcommandLabel = "COMMAND")
public final class Main {

    private Main() {}

    /** {@code args[0]} is the command word. */
    public static void main(String[] args) {
        // Kafka and the frameworks log warnings only. Each change of a job is one line.
        System.setProperty("logback.configurationFile", "logback-standalone.xml");
        System.setProperty("trainyard.log", args.length > 0 && args[0].equals("demo") ? "WARN" : "INFO");
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setParameterExceptionHandler((wrong, arguments) -> {
                    CommandLine command = wrong.getCommandLine();
                    command.getErr()
                            .println(called("trainyard: %s%nSee: %s --help"
                                    .formatted(
                                            wrong.getMessage(),
                                            command.getCommandSpec().qualifiedName())));
                    return ServiceExitCode.INVALID;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    int code = exitCode(failure);
                    if (code == ServiceExitCode.DEFECT) {
                        failure.printStackTrace(command.getErr());
                    } else {
                        command.getErr().println(called("trainyard: " + failure.getMessage()));
                    }
                    return code;
                });
    }

    /** The message with the commands in it named as the person called the launcher. */
    private static String called(String message) {
        return new CommandName(System.getenv()).in(message);
    }

    private static int exitCode(Exception failure) {
        return switch (failure) {
            case WorkerProblem problem -> problem.exitCode();
            case LocalServiceException _, DatabaseUnavailable _, AddressUnavailable _, KafkaUnavailable _ ->
                ServiceExitCode.UNAVAILABLE;
            default -> ServiceExitCode.DEFECT;
        };
    }

    static final class Options {

        @Spec(Spec.Target.MIXEE)
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Option(
                names = "--dir",
                paramLabel = "DIR",
                description =
                        "Keeps all state and outputs. Default: TRAINYARD_HOME, else $XDG_DATA_HOME/trainyard; root's: /var/lib/trainyard.")
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

        /** @throws ParameterException if a number is out of range, or the webhook is not valid */
        Standalone.Settings settings() {
            if (port < 0 || port > 65_535) {
                throw new ParameterException(
                        spec.commandLine(), "--port: %d is no port: give one from 1 to 65535, or 0".formatted(port));
            }
            if (runSlots != null && runSlots < 1) {
                throw new ParameterException(
                        spec.commandLine(), "--run-slots: %d is too few: give at least 1".formatted(runSlots));
            }
            Standalone.Settings settings =
                    new Standalone.Settings(directory(), devices(), runSlots, policy, port, System.getenv());
            requireWebhook(settings);
            return settings;
        }

        private void requireWebhook(Standalone.Settings settings) {
            try {
                WebhookSecret.from(settings.environment());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
            }
            try {
                settings.webhook();
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "TRAINYARD_WEBHOOK: " + e.getMessage());
            }
            try {
                settings.publicUrl();
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "TRAINYARD_PUBLIC_URL: " + e.getMessage());
            }
        }

        /** The options for an {@code up} with the same state directory and settings. */
        List<String> again(int servedPort) {
            return NextCommands.options(directory, devices, runSlots, policy, servedPort);
        }

        Path directory() {
            return directory != null ? directory : StateHome.directory(System.getenv(), StateHome.isRoot());
        }

        private String devices() {
            return devices != null ? devices : StateHome.isOnPath("nvidia-smi", System.getenv()) ? "nvidia" : "slots:2";
        }
    }

    @Command(
            name = "up",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:stopped, by SIGTERM or Ctrl-C",
                "64:wrong arguments, or a file that cannot be used",
                "66:a file that does not exist",
                "69:Docker does not answer, a port is taken, or Kafka or Postgres does not start",
                "70:a defect of Trainyard"
            },
            usageHelpWidth = 110,
            description = {"Runs everything in one process on this host: Kafka, Postgres, a server and a worker.", ""},
            footer = {
                "",
                "Example:",
                "  trainyard up                    then, in another terminal: trainyard submit docker-compose.yml",
                "",
                "Ctrl-C stops it; trainings run on, and the next `up` goes on with them.",
                "TRAINYARD_WEBHOOK and TRAINYARD_WEBHOOK_SECRET set a webhook: docs/events.md."
            })
    int up(@Mixin Options options) throws InterruptedException {
        Standalone.Settings settings = options.settings();
        RestPort.requireFree(settings.port());
        try (Standalone standalone = Standalone.start(settings, Main::say)) {
            ShutdownHook stop = ShutdownHook.closing(standalone::close);
            System.out.print(new NextCommands(standalone.rest().toString(), System.getenv())
                    .whenUp(standalone.kafka(), standalone.readerUrl(), options.directory()));
            standalone.await();
            stop.cancel();
        }
        return ServiceExitCode.REPLACED;
    }

    private static void say(String what) {
        System.err.println("trainyard: " + what);
    }

    @Command(
            name = "demo",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the training succeeded; else its container's exit code, or 1 where no container said how it ended",
                "64:wrong arguments, or a file that cannot be used",
                "66:a file that does not exist",
                "69:Docker does not answer, Kafka or Postgres does not start",
                "70:a defect of Trainyard",
                "130:interrupted with Ctrl-C"
            },
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
        Standalone.Settings settings = options.settings();
        if (settings.devices().equals("none")) {
            throw new ParameterException(
                    options.spec.commandLine(),
                    "--devices: the demo's training wants one device, and none offers none: leave it out, or give slots:1");
        }
        return Demo.run(settings, options::again);
    }
}
