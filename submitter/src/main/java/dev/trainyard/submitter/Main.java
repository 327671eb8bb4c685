package dev.trainyard.submitter;

import dev.trainyard.core.text.DurationText;
import dev.trainyard.db.DatabaseUnavailable;
import dev.trainyard.db.Migrations;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.WebhookUrl;
import dev.trainyard.launch.BootstrapServers;
import dev.trainyard.launch.CommandName;
import dev.trainyard.launch.ServiceExitCode;
import dev.trainyard.launch.ShutdownHook;
import dev.trainyard.submitter.publish.KafkaUnavailable;
import dev.trainyard.submitter.webhook.WebhookSecret;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code trainyard server} and {@code trainyard migrate}. */
@Command(
        name = "trainyard",
        description = "The server of Trainyard.",
        subcommands = {Main.ServerCommand.class, Main.MigrateCommand.class},
        mixinStandardHelpOptions = true)
public final class Main implements Runnable {

    private static final String POSTGRES_FORM =
            "postgresql://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE. A password may also be in ~/.pgpass.";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    public static void main(String[] args) {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "logback-server.xml");
        }
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setUsageHelpWidth(110)
                .registerConverter(PostgresUrl.class, text -> converted(text, PostgresUrl::parse))
                .registerConverter(Duration.class, text -> converted(text, DurationText::parse))
                .registerConverter(WebhookUrl.class, text -> converted(text, WebhookUrl::parse))
                .registerConverter(PublicUrl.class, text -> converted(text, PublicUrl::parse))
                .registerConverter(Listen.class, text -> converted(text, Listen::parse))
                .setParameterExceptionHandler((wrong, arguments) -> {
                    CommandLine command = wrong.getCommandLine();
                    command.getErr()
                            .printf(
                                    "trainyard: %s%nSee: %s --help%n",
                                    wrong.getMessage(), command.getCommandSpec().qualifiedName());
                    return ServiceExitCode.INVALID;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    int code = exitCode(failure);
                    if (code == ServiceExitCode.DEFECT) {
                        failure.printStackTrace(command.getErr());
                    } else {
                        command.getErr()
                                .println(new CommandName(System.getenv()).in("trainyard: " + failure.getMessage()));
                    }
                    return code;
                });
    }

    /** picocli's own message would repeat the text, which may contain a password. */
    private static <T> T converted(String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    private static int exitCode(Exception failure) {
        return switch (failure) {
            case KafkaUnavailable _, DatabaseUnavailable _, AddressUnavailable _ -> ServiceExitCode.UNAVAILABLE;
            default -> ServiceExitCode.DEFECT;
        };
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say which: server or migrate.");
    }

    @Command(
            name = "server",
            description = {
                "Serves REST: accepts requests, publishes them to Kafka, and answers from Postgres.",
                "Several servers may run. A server creates missing Kafka topics, but not the schema: run 'trainyard migrate' once, or give --migrate-as.",
                "There is no authentication yet: anyone who reaches the address may run containers on the workers' hosts.",
                "Calls the installation's webhook ('trainyard migrate --webhook') if its secret is in TRAINYARD_WEBHOOK_SECRET, or in the file that TRAINYARD_WEBHOOK_SECRET_FILE names.",
                ""
            },
            sortOptions = false,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:stopped, by SIGTERM or Ctrl-C",
                "64:wrong arguments",
                "69:Kafka or Postgres does not answer, the schema is missing or too old, or the server cannot listen on the address",
                "70:a defect of Trainyard"
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  trainyard server --kafka kafka-1:9092 --postgres postgresql://db-1/trainyard",
                "  trainyard server --kafka k1:9092,k2:9092 --postgres postgresql://db-1/trainyard --listen 0.0.0.0:8700",
                "  TRAINYARD_KAFKA=localhost:9092 TRAINYARD_POSTGRES=postgresql://localhost/trainyard trainyard server"
            })
    static final class ServerCommand implements Callable<Integer> {

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it, like the options
        private CommandSpec spec;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "This text.")
        @SuppressWarnings("unused") // picocli asks for it
        private boolean help;

        @Option(
                names = "--kafka",
                required = true,
                paramLabel = "HOST:PORT",
                defaultValue = "${env:TRAINYARD_KAFKA}",
                description = "Kafka's bootstrap servers. Default: TRAINYARD_KAFKA.")
        @SuppressWarnings("NullAway.Init")
        private String kafka;

        @Option(
                names = "--postgres",
                required = true,
                paramLabel = "URL",
                defaultValue = "${env:TRAINYARD_POSTGRES}",
                description = {POSTGRES_FORM, "Default user: trainyard_server. Default: TRAINYARD_POSTGRES."})
        @SuppressWarnings("NullAway.Init")
        private PostgresUrl postgres;

        @Option(
                names = "--reader-postgres",
                paramLabel = "URL",
                defaultValue = "${env:TRAINYARD_READER_POSTGRES}",
                description =
                        "Login for the queries of 'trainyard sql'. Default: TRAINYARD_READER_POSTGRES, or else trainyard_sql in the same database. The password may be in ~/.pgpass.")
        private @Nullable PostgresUrl reader;

        @Option(
                names = "--listen",
                paramLabel = "ADDRESS:PORT",
                defaultValue = "127.0.0.1:8700",
                description = "Address to listen on; port 0: any free port. Default: ${DEFAULT-VALUE}.")
        @SuppressWarnings("NullAway.Init")
        private Listen listen;

        @Option(
                names = "--public-url",
                paramLabel = "URL",
                defaultValue = "${env:TRAINYARD_PUBLIC_URL}",
                description =
                        "Address at which people reach this server, for the links in webhook calls. Default: TRAINYARD_PUBLIC_URL, or else the address it listens on.")
        private @Nullable PublicUrl publicUrl;

        @Option(
                names = "--migrate-as",
                paramLabel = "URL",
                description = "Bring the schema up to date first, as this user.")
        private @Nullable PostgresUrl migrateAs;

        @Override
        public Integer call() throws InterruptedException {
            BootstrapServers.problem(kafka).ifPresent(problem -> {
                throw new ParameterException(spec.commandLine(), "--kafka: " + problem);
            });
            Optional<WebhookSecret> secret;
            try {
                secret = WebhookSecret.from(System.getenv());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
            }
            if (migrateAs != null) {
                Migrations.migrate(migrateAs);
            }
            Server server = Server.start(new ServerSettings(
                    kafka,
                    postgres,
                    reader,
                    listen.address(),
                    listen.port(),
                    publicUrl == null ? null : publicUrl.uri(),
                    null,
                    secret.orElse(null)));
            ShutdownHook stop = ShutdownHook.closing(server::close);
            spec.commandLine()
                    .getOut()
                    .printf("trainyard: the server is at %s (Kafka %s, %s)%n", server.uri(), kafka, postgres);
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
            stop.cancel();
            return ServiceExitCode.OK;
        }
    }

    @Command(
            name = "migrate",
            description = {
                "Creates Trainyard's schema, or upgrades it to this release. Safe to repeat.",
                "Upgrade in this order: migrate, then the workers, then the servers.",
                ""
            },
            sortOptions = false,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the schema is up to date",
                "64:wrong arguments",
                "69:Postgres does not answer or refuses the login",
                "70:a defect of Trainyard"
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  trainyard migrate --postgres postgresql://postgres@db-1/trainyard",
                "  trainyard migrate --postgres postgresql://postgres@db-1/trainyard --host-lost-after 15m",
                "  trainyard migrate --postgres postgresql://postgres@db-1/trainyard \\",
                "      --webhook https://hooks.example.org/trainyard"
            })
    static final class MigrateCommand implements Callable<Integer> {

        private static final Duration SHORTEST_LOSS = Duration.ofMinutes(1);

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "This text.")
        @SuppressWarnings("unused") // picocli asks for it
        private boolean help;

        @Option(
                names = "--postgres",
                required = true,
                paramLabel = "URL",
                defaultValue = "${env:TRAINYARD_POSTGRES}",
                description = {
                    POSTGRES_FORM,
                    "The first time, the user must be able to create roles. Default: TRAINYARD_POSTGRES."
                })
        @SuppressWarnings("NullAway.Init")
        private PostgresUrl postgres;

        @Option(
                names = "--host-lost-after",
                paramLabel = "DURATION",
                description = {
                    "How long a worker may be silent before it counts as LOST and its jobs are queued again, at least 1m. Stored in the database; initially 5m."
                })
        private @Nullable Duration hostLostAfter;

        @Option(
                names = "--keep-logs",
                paramLabel = "DURATION",
                description =
                        "How long the database keeps logs, by whole months, at least 1d. Log files among the outputs stay. Stored in the database; initially six months.")
        private @Nullable Duration keepLogs;

        @Option(
                names = "--keep-metrics",
                paramLabel = "DURATION",
                description = "How long the database keeps metrics. Stored in the database; initially two years.")
        private @Nullable Duration keepMetrics;

        @Option(
                names = "--restored",
                description = {
                    "The database was restored from a backup: each worker must register again and report what runs on its host before",
                    "a job is placed there. Worker processes that are running end with exit code 76; start them again."
                })
        private boolean restored;

        @Option(
                names = "--webhook",
                paramLabel = "URL",
                defaultValue = "${env:TRAINYARD_WEBHOOK}",
                description =
                        "Address that the servers call when a job has ended or is held, or none. Stored in the database; initially none. Default: TRAINYARD_WEBHOOK. See docs/events.md.")
        private @Nullable WebhookUrl webhook;

        @Override
        public Integer call() {
            requireADay("--keep-logs", keepLogs);
            requireADay("--keep-metrics", keepMetrics);
            if (hostLostAfter != null && hostLostAfter.compareTo(SHORTEST_LOSS) < 0) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--host-lost-after: %d s is too short, because workers report every 5 s: give at least 1m"
                                .formatted(hostLostAfter.toSeconds()));
            }
            int applied = Migrations.migrate(postgres);
            Migrations.set(postgres, new Migrations.Settings(hostLostAfter, keepLogs, keepMetrics, webhook));
            if (restored) {
                spec.commandLine()
                        .getOut()
                        .println("trainyard: restored: %d workers must register again"
                                .formatted(Migrations.restored(postgres)));
            }
            spec.commandLine()
                    .getOut()
                    .println(
                            applied == 0
                                    ? "trainyard: %s is up to date".formatted(postgres)
                                    : "trainyard: %s: %d migrations applied".formatted(postgres, applied));
            return ServiceExitCode.OK;
        }

        private void requireADay(String option, @Nullable Duration given) {
            if (given != null && given.compareTo(Duration.ofDays(1)) < 0) {
                throw new ParameterException(
                        spec.commandLine(),
                        "%s: %d s is too short: give at least 1d".formatted(option, given.toSeconds()));
            }
        }
    }
}
