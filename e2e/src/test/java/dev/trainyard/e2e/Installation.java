package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import dev.trainyard.core.request.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.testcontainers.DockerClientFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One installation of the product: a migrated database of its own, and the processes that a test starts over it. What they say is kept
 * in {@code target/e2e/NAME}. One at a time: they share a Kafka, and in it a consumer group.
 */
final class Installation implements AutoCloseable {

    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicInteger started = new AtomicInteger();
    private final Services services;
    private final Path directory;
    private final String database;
    // A storm starts them from several threads.
    private String id = "";
    private final Deque<ProductProcess> processes = new ConcurrentLinkedDeque<>();

    private Installation(Services services, Path directory, String database) {
        this.services = services;
        this.directory = directory;
        this.database = database;
    }

    static Installation start(Class<?> test) {
        return start(test.getSimpleName());
    }

    /** @param name a word: of its database, and of the folder in {@code target/e2e} */
    static Installation start(String name) {
        String database = name.toLowerCase(Locale.ROOT);
        Services services = Services.shared();
        services.sql(Services.SUPERUSER, Services.SUPERUSER)
                .sql("create database " + database)
                .update();
        Installation installation = new Installation(services, fresh(Path.of("target", "e2e", name)), database);
        try (ProductProcess migrate = installation.run(
                "migrate",
                "submitter",
                Map.of(),
                List.of(
                        "migrate",
                        "--postgres",
                        installation.postgres().replace("//", "//%s@".formatted(Services.SUPERUSER))))) {
            assertThat(migrate.awaitExit()).as(migrate.said()).isZero();
        }
        installation.id = installation
                .internalSql()
                .sql("select id::text from trainyard.installation")
                .query(String.class)
                .single();
        return installation;
    }

    /** As {@code --kafka} takes it. */
    String kafka() {
        return services.kafka();
    }

    /** As {@code --postgres} takes it. */
    String postgres() {
        return services.postgres(database);
    }

    /** SQL as anybody may ask it. */
    JdbcClient sql() {
        return services.sql("trainyard_reader", database);
    }

    /** As {@link #internalSql}, for who has something else to do when Postgres does not answer. */
    JdbcClient impatientSql() {
        return services.impatientSql(Services.SUPERUSER, database);
    }

    /** For what has no public view. */
    JdbcClient internalSql() {
        return services.sql(Services.SUPERUSER, database);
    }

    /** Publishes records of the topic of requests, key and value each as they are, and returns when Kafka has them. */
    void publish(List<Map.Entry<String, String>> records) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka(), "acks", "all"), new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = records.stream()
                    .map(record ->
                            producer.send(new ProducerRecord<>(Topics.REQUESTS, record.getKey(), record.getValue())))
                    .toList();
            for (Future<RecordMetadata> record : sent) {
                record.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    void publish(UUID job, String request) {
        publish(List.of(Map.entry(job.toString(), request)));
    }

    /** Ids of all events of this installation's jobs that are on the topic, in the order of each job, with repetitions. */
    List<String> eventsOnTopic() {
        String source = "/installations/" + id();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka()), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.EVENTS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<String> ids = new ArrayList<>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    JsonNode event = JsonMapper.shared().readTree(record.value());
                    if (event.at("/source").asString().equals(source)
                            && event.at("/subject").asString().startsWith("jobs/")) {
                        ids.add(event.at("/id").asString());
                    }
                });
            }
            return ids;
        }
    }

    /** The dead letters under that key, once there are so many. */
    List<ConsumerRecord<String, String>> deadLetters(String key, int number) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka()), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.DEAD_LETTERS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<String, String>> letters = new ArrayList<>();
            await().atMost(ProductProcess.PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> {
                    if (key.equals(record.key())) {
                        letters.add(record);
                    }
                });
                return letters.size() >= number;
            });
            return letters;
        }
    }

    /** Why records of the job were rejected, in their order. */
    List<String> rejections(UUID job) {
        return sql().sql("select reason from history.rejected where job_id = :job order by record_offset")
                .param("job", job)
                .query(String.class)
                .list();
    }

    /** Each attempt of the job in its order: its number, and its cause, or while it goes on its state. */
    List<String> attempts(UUID job) {
        return sql().sql(
                        "select number || ' ' || coalesce(cause, state) from history.attempts where job_id = :job order by number")
                .param("job", job)
                .query(String.class)
                .list();
    }

    /** Returns when the job is in that state, and fails with what is known of it when it does not come to it. */
    void awaitJob(UUID job, String state) {
        await("job %s is %s".formatted(job, state))
                .atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(sql().sql("select state from history.jobs where job_id = :job")
                                .param("job", job)
                                .query(String.class)
                                .list())
                        .as(() -> sql().sql("select * from history.events where job_id = :job order by seq")
                                .param("job", job)
                                .query()
                                .listOfRows()
                                .toString())
                        .containsExactly(state));
    }

    /** By the database's clock. */
    Instant now() {
        return internalSql()
                .sql("select clock_timestamp()")
                .query(Timestamp.class)
                .single()
                .toInstant();
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
        return startWorker(name, "slots:2");
    }

    /** @param devices as {@code --devices} takes them */
    ProductProcess startWorker(String name, String devices) {
        return run(name, "", "worker", Map.of(), workerArguments(name, devices));
    }

    /** Starts one that dies or stands still at that point; the next of its name goes on in its place. */
    ProductProcess startWorker(String name, String devices, Failpoint point) {
        return run(name, point.option(directory), "worker", Map.of(), workerArguments(name, devices));
    }

    /** Starts one whose host's clock is that much ahead. */
    ProductProcess startWorker(String name, String devices, Duration ahead) {
        return run(name, WrongClock.option(directory, ahead), "worker", Map.of(), workerArguments(name, devices));
    }

    /** @param policy the text of its policy */
    ProductProcess startWorker(String name, String devices, String policy) {
        return run(name, "", "worker", Map.of(), workerArguments(name, devices, policy(name + "-policy.yml", policy)));
    }

    private List<String> workerArguments(String name, String devices) {
        // Trainings of a test may mount this installation's folders.
        return workerArguments(name, devices, policy("policy.yml", "mounts: {%s: read-write}".formatted(directory)));
    }

    private List<String> workerArguments(String name, String devices, Path policy) {
        return List.of(
                "worker",
                "--kafka",
                kafka(),
                "--postgres",
                postgres(),
                "--name",
                name,
                "--devices",
                devices,
                "--state-dir",
                folder("state-" + name).toString(),
                "--outputs",
                folder("outputs").toString(),
                "--policy",
                policy.toString());
    }

    private Path policy(String file, String text) {
        try {
            return Files.writeString(directory.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server and the worker {@code gpu-1}, and returns the server's address when both take work. */
    String startServerAndWorker() {
        ProductProcess worker = startWorker("gpu-1");
        String address = startServer();
        awaitReady(worker);
        return address;
    }

    /** Returns the server's address when it takes work. */
    String startServer() {
        return run(
                        "server",
                        "submitter",
                        Map.of(),
                        List.of("server", "--kafka", kafka(), "--postgres", postgres(), "--listen", "127.0.0.1:0"))
                .awaitSaying("http://\\S+")
                .group();
    }

    /** The command line client of the server at that address; what each says is kept apart. */
    ProductProcess client(String server, String... arguments) {
        return run(
                "client-" + clients.getAndIncrement(), "cli", Map.of("TRAINYARD_SERVER", server), List.of(arguments));
    }

    /** Returns when the worker takes work. */
    static ProductProcess awaitReady(ProductProcess worker) {
        worker.awaitSaying("worker ready");
        return worker;
    }

    /** Any process of the product; it ends with this installation at the latest. */
    ProductProcess run(String name, String module, Map<String, String> environment, List<String> arguments) {
        return run(name, "", module, environment, arguments);
    }

    private ProductProcess run(
            String name, String option, String module, Map<String, String> environment, List<String> arguments) {
        ProductProcess process = ProductProcess.start(
                directory,
                "%02d-%s".formatted(started.getAndIncrement(), name),
                option,
                module,
                environment,
                arguments);
        processes.push(process);
        return process;
    }

    /** Asks the engine. */
    boolean isRunning(String containerId) {
        return Boolean.TRUE.equals(
                engine().inspectContainerCmd(containerId).exec().getState().getRunning());
    }

    /** The name of its own. */
    String database() {
        return database;
    }

    /** Where everything that its processes say is kept. */
    Path directory() {
        return directory;
    }

    Services services() {
        return services;
    }

    /** Of everything that it has started and that carries its label. */
    String id() {
        return id;
    }

    /** Ids of what the engine has of this installation, by the attempt that each is of. */
    Map<UUID, String> containers() {
        return engine()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("dev.trainyard.installation", id()))
                .exec()
                .stream()
                .collect(Collectors.toMap(
                        container -> UUID.fromString(container.getLabels().get("dev.trainyard.attempt")),
                        container -> container.getId()));
    }

    /** As somebody at the host may: {@code docker kill}. */
    void killContainer(String containerId) {
        engine().killContainerCmd(containerId).exec();
    }

    /** As somebody at the host may: {@code docker rm -f}. */
    void removeContainer(String containerId) {
        engine().removeContainerCmd(containerId).withForce(true).exec();
    }

    /** Asks the engine, which may have removed it. */
    boolean exists(String containerId) {
        return engine().listContainersCmd().withShowAll(true).exec().stream()
                .anyMatch(container -> container.getId().equals(containerId));
    }

    /** Whether a container runs, whosever it is, with these words in its command. */
    boolean runs(String words) {
        return engine().listContainersCmd().exec().stream()
                .anyMatch(container -> container.getCommand().contains(words));
    }

    /** Ids of what the engine has of the job, running or not. */
    List<String> containersOf(UUID job) {
        return engine()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("dev.trainyard.job", job.toString()))
                .exec()
                .stream()
                .map(container -> container.getId())
                .toList();
    }

    /** Ends its processes, politely so that the next installation's workers need not wait for them in the group, then its trainings. */
    @Override
    public void close() {
        processes.forEach(ProductProcess::askToStop);
        processes.forEach(ProductProcess::close);
        removeContainers();
    }

    /** Ends its processes at once, and its trainings; needs neither Kafka nor Postgres. */
    void abandon() {
        processes.stream().filter(ProductProcess::isAlive).forEach(ProductProcess::kill);
        removeContainers();
    }

    private void removeContainers() {
        engine().listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("dev.trainyard.installation", id()))
                .exec()
                .forEach(container -> engine().removeContainerCmd(container.getId())
                        .withForce(true)
                        .exec());
    }

    private static DockerClient engine() {
        return DockerClientFactory.lazyClient();
    }

    /** A folder of this installation and what is in it; empty: its own. */
    void delete(String name) {
        try {
            deleteAll(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var old = Files.walk(directory)) {
            for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static Path fresh(Path relative) {
        Path directory = relative.toAbsolutePath();
        try {
            if (Files.exists(directory)) {
                deleteAll(directory);
            }
            Files.createDirectories(directory);
            // As a worker wants it: no other user of the host gets at what containers leave.
            return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
