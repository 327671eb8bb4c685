package dev.trainyard.worker;

import dev.trainyard.db.PostgresUrl;
import dev.trainyard.launch.BootstrapServers;
import dev.trainyard.launch.CommandName;
import dev.trainyard.launch.ServiceExitCode;
import dev.trainyard.launch.ShutdownHook;
import dev.trainyard.worker.recover.ThisProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code trainyard worker}: one worker on this host. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        // Wider than the examples, because a broken line cannot be copied.
        usageHelpWidth = 110,
        description = {
            "Runs one worker on this host. It accepts requests, plans, and runs trainings on its devices.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  trainyard worker --kafka kafka:9092 --postgres postgresql://trainyard_worker@db/trainyard --devices nvidia",
            "  trainyard worker --kafka localhost:9092 --postgres postgresql://localhost/trainyard --name gpu-2 \\",
            "      --devices slots:2 --state-dir /var/lib/trainyard/gpu-2",
            "  trainyard worker --devices file:/etc/trainyard/devices.yml …     its form: docs/hosts.md",
            "",
            "After SIGTERM trainings continue, and the next worker with the same state directory takes over.",
            "With --drain or --stop-jobs it ends after the last training. If it gets SIGKILL before, trainings continue."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped, also by SIGTERM or Ctrl-C",
            "64:wrong arguments, or a file that cannot be used",
            "66:a file that does not exist",
            "69:a required service does not answer, or refuses it",
            "70:a defect of Trainyard",
            "76:another process has become this worker"
        })
public final class Main implements Callable<Integer> {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--kafka",
            required = true,
            defaultValue = "${env:TRAINYARD_KAFKA}",
            paramLabel = "HOST:PORT",
            description = "Kafka's bootstrap servers, comma-separated. Or TRAINYARD_KAFKA.")
    private String kafka = "";

    @Option(
            names = "--postgres",
            required = true,
            defaultValue = "${env:TRAINYARD_POSTGRES}",
            paramLabel = "URL",
            description =
                    "postgresql://[user[:password]@]host[:port]/database, user trainyard_worker if none. Or TRAINYARD_POSTGRES, which keeps a password out of the process list.")
    private String postgres = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What people call this worker. Default: the host's name.")
    private @Nullable String name;

    @Option(
            names = "--devices",
            defaultValue = "nvidia",
            paramLabel = "SPEC",
            description =
                    "nvidia (ask nvidia-smi), slots:N (N stand-ins without a GPU), file:PATH (a list), none. Default: ${DEFAULT-VALUE}.")
    private String devices = "nvidia";

    @Option(
            names = "--run-slots",
            paramLabel = "N",
            description = "Maximum number of simultaneous trainings. Default: the number of devices, at least one.")
    private @Nullable Integer runSlots;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "/var/lib/trainyard/worker",
            description = "Contains this worker's identity, one directory per worker. Default: ${DEFAULT-VALUE}.")
    private Path stateDir = Path.of("/var/lib/trainyard/worker");

    @Option(
            names = "--outputs",
            paramLabel = "DIR",
            defaultValue = "/var/lib/trainyard/outputs",
            description = "Where every attempt gets a folder for its outputs. Default: ${DEFAULT-VALUE}.")
    private Path outputs = Path.of("/var/lib/trainyard/outputs");

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description =
                    "What containers on this host may use. Default: /etc/trainyard/policy.yml if it exists, else the built-in policy.")
    private @Nullable Path policy;

    @Option(
            names = "--drain",
            description =
                    "After SIGTERM, accept nothing new and end after the last training, instead of leaving trainings running.")
    private boolean drain;

    @Option(
            names = "--stop-jobs",
            description =
                    "After SIGTERM, stop the trainings as their requests say. They return to their old places in the queue, and no retry is spent.")
    private boolean stopJobs;

    private Main() {}

    /** {@code args[0]} is the command word, {@code worker}. */
    public static void main(String[] args) {
        System.setProperty("logback.configurationFile", "logback-worker.xml");
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new CommandWord())
                .setUsageHelpWidth(110)
                .addSubcommand(new Main())
                .setParameterExceptionHandler((wrong, arguments) -> {
                    wrong.getCommandLine()
                            .getErr()
                            .printf("trainyard worker: %s%nSee: trainyard worker --help%n", wrong.getMessage());
                    return ServiceExitCode.INVALID;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof WorkerProblem problem) {
                        command.getErr()
                                .println("trainyard worker: "
                                        + new CommandName(System.getenv()).in(String.valueOf(problem.getMessage())));
                        return problem.exitCode();
                    }
                    failure.printStackTrace(command.getErr());
                    return ServiceExitCode.DEFECT;
                });
    }

    @Command(name = "trainyard")
    private static final class CommandWord {}

    @Override
    public Integer call() throws InterruptedException {
        PostgresUrl url = url();
        BootstrapServers.problem(kafka).ifPresent(problem -> {
            throw wrong("--kafka", problem);
        });
        requireName();
        if (runSlots != null && runSlots < 1) {
            throw wrong("--run-slots", runSlots + " is too few: a worker runs at least 1 training at once");
        }
        try (Worker worker = Worker.start(new WorkerSettings(
                kafka,
                url,
                name == null ? ThisProcess.hostName() : name,
                devices,
                stateDir,
                outputs,
                List.of(),
                runSlots,
                policy,
                onStop(),
                System.getenv()))) {
            ShutdownHook stop = ShutdownHook.closing(worker::close);
            worker.awaitReplaced();
            stop.cancel();
            return ServiceExitCode.REPLACED;
        }
    }

    /** The name is part of commands, tables, REST paths and output paths. */
    private void requireName() {
        if (name != null && !NAME.matcher(name).matches()) {
            String near = name.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[._-]+|-+$", "");
            throw wrong(
                    "--name",
                    "\"%s\" is no name of a worker: letters, digits, '.', '_' and '-', the first a letter or a digit%s"
                            .formatted(name, near.isEmpty() ? "" : ", such as " + near));
        }
    }

    private OnStop onStop() {
        if (drain && stopJobs) {
            throw wrong("--drain", "it waits for the trainings that --stop-jobs stops: give one of the two");
        }
        return drain ? OnStop.DRAIN : stopJobs ? OnStop.STOP_JOBS : OnStop.LEAVE;
    }

    private PostgresUrl url() {
        try {
            return PostgresUrl.parse(postgres);
        } catch (IllegalArgumentException e) {
            throw wrong("--postgres", String.valueOf(e.getMessage()));
        }
    }

    private ParameterException wrong(String option, String what) {
        return new ParameterException(spec.commandLine(), option + ": " + what);
    }
}
