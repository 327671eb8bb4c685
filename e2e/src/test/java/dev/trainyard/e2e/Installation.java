package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import dev.trainyard.core.request.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * One installation of the product: Kafka and Postgres in containers on loopback, migrated, and the processes that a test starts over
 * them. What it says is kept in {@code target/e2e/NAME}. Closing it ends its processes, then its trainings, then the services.
 */
final class Installation implements AutoCloseable {

    private static final String DATABASE = "trainyard";
    private static final String SUPERUSER = "postgres";

    private final Path directory;
    private final KafkaContainer kafka;
    private final PostgreSQLContainer postgres;
    private final Deque<ProductProcess> processes = new ArrayDeque<>();

    private Installation(Path directory, KafkaContainer kafka, PostgreSQLContainer postgres) {
        this.directory = directory;
        this.kafka = kafka;
        this.postgres = postgres;
    }

    static Installation start(Class<?> test) {
        Path directory = fresh(Path.of("target", "e2e", test.getSimpleName()).toAbsolutePath());
        KafkaContainer kafka =
                new KafkaContainer(ServiceImages.kafka()).withCreateContainerCmdModifier(Installation::onLoopback);
        PostgreSQLContainer postgres = new PostgreSQLContainer(ServiceImages.postgres())
                .withDatabaseName(DATABASE)
                .withUsername(SUPERUSER)
                .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
                .withCreateContainerCmdModifier(Installation::onLoopback);
        Installation installation = new Installation(directory, kafka, postgres);
        try {
            Startables.deepStart(kafka, postgres).join();
            installation.createTopics();
            installation.migrate();
            return installation;
        } catch (RuntimeException | Error e) {
            installation.close();
            throw e;
        }
    }

    /** Host and port, as {@code --kafka} takes it. */
    String kafka() {
        return kafka.getBootstrapServers();
    }

    /** As {@code --postgres} takes it. */
    String postgres() {
        return postgres("");
    }

    private String postgres(String login) {
        return "postgresql://%slocalhost:%d/%s".formatted(login, postgres.getMappedPort(5432), DATABASE);
    }

    /** As an operator may: servers do so when they start, workers do not. */
    private void createTopics() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka()))) {
            admin.createTopics(Stream.of(Topics.REQUESTS, Topics.DEAD_LETTERS, Topics.EVENTS)
                            .map(topic -> new NewTopic(topic, 6, (short) 1))
                            .toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void migrate() {
        try (ProductProcess migrate = run("migrate", "submitter", "migrate", "--postgres", postgres(SUPERUSER + "@"))) {
            assertThat(migrate.awaitExit()).as(migrate.said()).isZero();
        }
    }

    /** SQL as anybody may ask it. */
    JdbcClient sql() {
        return sqlAs("trainyard_reader");
    }

    /** For what has no public view. */
    JdbcClient internalSql() {
        return sqlAs(SUPERUSER);
    }

    private JdbcClient sqlAs(String user) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"localhost"});
        source.setPortNumbers(new int[] {postgres.getMappedPort(5432)});
        source.setDatabaseName(DATABASE);
        source.setUser(user);
        return JdbcClient.create(source);
    }

    /** Publishes records of the topic of requests, key and value each as they are, and returns when Kafka has them. */
    void publish(List<Map.Entry<String, String>> records) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka(), "acks", "all"), new StringSerializer(), new StringSerializer())) {
            records.forEach(
                    record -> producer.send(new ProducerRecord<>(Topics.REQUESTS, record.getKey(), record.getValue())));
        }
    }

    void publish(UUID job, String request) {
        publish(List.of(Map.entry(job.toString(), request)));
    }

    /** Returns when the job is in that state, and fails with what is known of it when it does not come to it. */
    void awaitJob(UUID job, String state) {
        await("job %s is %s".formatted(job, state))
                .atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(
                                sql().sql("""
                                select j.state, j.waiting_because, j.hold_reason, a.number, a.state as attempt, a.cause, a.detail
                                from history.jobs j left join history.attempts a using (job_id)
                                where job_id = :job order by number desc limit 1
                                """).param("job", job).query().listOfRows())
                        .extracting(row -> row.get("state"))
                        .as(() -> sql().sql("select * from history.events where job_id = :job order by seq")
                                .param("job", job)
                                .query()
                                .listOfRows()
                                .toString())
                        .containsExactly(state));
    }

    /** A folder of this installation on this host, made if it is not there. */
    Path folder(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a worker with its own state directory, which the next worker of that name finds again. */
    ProductProcess startWorker(String name) {
        return run(
                name,
                "worker",
                "worker",
                "--kafka",
                kafka(),
                "--postgres",
                postgres(),
                "--name",
                name,
                "--devices",
                "slots:2",
                "--state-dir",
                folder("state-" + name).toString(),
                "--outputs",
                folder("outputs").toString());
    }

    /** Returns when the worker takes work. */
    static ProductProcess awaitReady(ProductProcess worker) {
        worker.awaitSaying("worker ready");
        return worker;
    }

    /** Any process of the product; it ends with this installation at the latest. */
    ProductProcess run(String name, String module, String... arguments) {
        String files = processes.isEmpty() ? name : "%02d-%s".formatted(processes.size(), name);
        ProductProcess process = ProductProcess.start(directory, files, module, Map.of(), Arrays.asList(arguments));
        processes.push(process);
        return process;
    }

    /** Asks the engine. */
    boolean isRunning(String containerId) {
        return Boolean.TRUE.equals(DockerClientFactory.lazyClient()
                .inspectContainerCmd(containerId)
                .exec()
                .getState()
                .getRunning());
    }

    @Override
    public void close() {
        processes.forEach(ProductProcess::close);
        if (postgres.isRunning()) {
            removeTrainings();
        }
        kafka.stop();
        postgres.stop();
    }

    private void removeTrainings() {
        String installation = internalSql()
                .sql("select id::text from trainyard.installation")
                .query(String.class)
                .single();
        var engine = DockerClientFactory.lazyClient();
        List<Container> left = engine.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("dev.trainyard.installation", installation))
                .exec();
        left.forEach(container ->
                engine.removeContainerCmd(container.getId()).withForce(true).exec());
    }

    private static void onLoopback(CreateContainerCmd command) {
        Ports loopback = new Ports();
        for (ExposedPort port : Objects.requireNonNull(command.getExposedPorts())) {
            loopback.bind(port, Ports.Binding.bindIp("127.0.0.1"));
        }
        HostConfig host = Objects.requireNonNull(command.getHostConfig());
        host.withPortBindings(loopback);
    }

    private static Path fresh(Path directory) {
        try {
            if (Files.exists(directory)) {
                try (var old = Files.walk(directory)) {
                    for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
