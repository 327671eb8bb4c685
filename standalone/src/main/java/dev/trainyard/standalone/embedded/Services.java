package dev.trainyard.standalone.embedded;

import dev.trainyard.launch.FileProblem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** Kafka and Postgres together, in the directories {@code kafka} and {@code postgres} below one directory. */
public final class Services implements AutoCloseable {
    private final LocalKafka kafka;
    private final LocalPostgres postgres;

    private Services(LocalKafka kafka, LocalPostgres postgres) {
        this.kafka = kafka;
        this.postgres = postgres;
    }

    /**
     * Starts both in parallel and returns when both serve. If one fails, stops the other.
     *
     * @param kafkaPort 0: the port of last time, or any free port at the first start; {@code postgresPort} likewise
     * @throws LocalServiceException see {@link LocalKafka#start} and {@link LocalPostgres#start}
     */
    public static Services start(Path directory, int kafkaPort, int postgresPort) {
        return start(directory, kafkaPort, postgresPort, _ -> {});
    }

    /**
     * As above.
     *
     * @param progress called when each of the two serves, from several threads
     */
    public static Services start(Path directory, int kafkaPort, int postgresPort, Consumer<String> progress) {
        createHome(directory);
        Future<LocalKafka> kafka;
        Future<LocalPostgres> postgres;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            kafka = threads.submit(() -> {
                LocalKafka started = LocalKafka.start(directory.resolve("kafka"), kafkaPort);
                progress.accept("Kafka serves at " + started.bootstrapServers());
                return started;
            });
            postgres = threads.submit(() -> {
                LocalPostgres started = LocalPostgres.start(directory.resolve("postgres"), postgresPort);
                progress.accept("Postgres serves at 127.0.0.1:" + started.port());
                return started;
            });
        }
        if (kafka.state() == Future.State.SUCCESS && postgres.state() == Future.State.SUCCESS) {
            return new Services(kafka.resultNow(), postgres.resultNow());
        }
        if (kafka.state() == Future.State.SUCCESS) {
            kafka.resultNow().close();
        }
        if (postgres.state() == Future.State.SUCCESS) {
            postgres.resultNow().close();
        }
        Throwable failure = (kafka.state() == Future.State.SUCCESS ? postgres : kafka).exceptionNow();
        throw failure instanceof LocalServiceException e
                ? e
                : new LocalServiceException("local services could not be started in " + directory, failure);
    }

    /** If root owns it, other users may enter but not list it, because Postgres runs as another user. */
    private static void createHome(Path directory) {
        try {
            Files.createDirectories(
                    directory.toAbsolutePath().normalize(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(ServerUser.isRoot() ? "rwx--x--x" : "rwx------")));
        } catch (IOException e) {
            throw new LocalServiceException(
                    "the directory %s cannot be created: %s. Choose another one with --dir"
                            .formatted(directory, FileProblem.wordsWithFile(e)),
                    e);
        }
    }

    public LocalKafka kafka() {
        return kafka;
    }

    public LocalPostgres postgres() {
        return postgres;
    }

    @Override
    public void close() {
        try (postgres) {
            kafka.close();
        }
    }

    /** Starts both, prints their addresses as one line of JSON, and stops them on end of input or SIGTERM. */
    public static void main(String[] args) {
        System.setProperty("logback.configurationFile", "logback-services.xml");
        CommandLine command = new CommandLine(
                CommandLine.getCommandMethods(Services.class, "serve").getFirst());
        command.setExecutionExceptionHandler((failure, commandLine, parsed) -> {
            commandLine.getErr().println(failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        System.exit(command.execute(args));
    }

    @Command(name = "services")
    static int serve(
            @Option(names = "--dir", required = true) Path directory,
            @Option(names = "--kafka-port", defaultValue = "0") int kafkaPort,
            @Option(names = "--postgres-port", defaultValue = "0") int postgresPort)
            throws IOException {
        Services services = start(directory, kafkaPort, postgresPort);
        Runtime.getRuntime().addShutdownHook(new Thread(services::close, "stop-services"));
        System.out.println(JsonMapper.shared()
                .writeValueAsString(new TreeMap<>(Map.of(
                        "kafka", services.kafka.bootstrapServers(),
                        "postgres", services.postgres.jdbcUrl(LocalPostgres.SUPERUSER)))));
        System.in.transferTo(OutputStream.nullOutputStream());
        return CommandLine.ExitCode.OK;
    }
}
