package dev.trainyard.standalone.embedded;

import dev.trainyard.core.request.Topics;
import dev.trainyard.launch.FileProblem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A Kafka broker on 127.0.0.1 inside this process: a KRaft cluster of one node, with Trainyard's topics. Its data and port number are in
 * one directory. Anyone who reaches the port may read and write.
 *
 * <p>A Kafka broker that can no longer write its files ends its process at once. Here that is a crash of Trainyard, which it must survive
 * anyway.
 */
public final class LocalKafka implements AutoCloseable {
    /** The same for requests and dead letters: a dead letter keeps its record's partition number. */
    private static final int PARTITIONS = 6;

    private static final short ONE_REPLICA = 1;

    /** Shorter than the database remembers job ids, so that a replay after a lost offset accepts no job twice. */
    private static final Duration RETENTION = Duration.ofDays(7);

    private final ServiceDirectory state;
    private final KafkaRaftServer server;
    private final LoopbackPort port;
    private boolean closed;

    private LocalKafka(ServiceDirectory state, KafkaRaftServer server, LoopbackPort port) {
        this.state = state;
        this.server = server;
        this.port = port;
    }

    /**
     * Starts the broker and returns when it serves and the topics exist.
     *
     * @param directory for this broker only; created if it does not exist
     * @param port 0: the port of last time, or any free port at the first start
     * @throws LocalServiceException if another process uses the directory or the port, or if Kafka does not start
     */
    public static LocalKafka start(Path directory, int port) {
        try {
            ServiceDirectory state = ServiceDirectory.claim(directory);
            try {
                return start(state, state.port(port));
            } catch (Exception e) {
                state.close();
                throw e;
            }
        } catch (LocalServiceException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServiceException("interrupted while Kafka was starting in " + directory, e);
        } catch (IOException e) {
            throw new LocalServiceException(
                    "Kafka could not be started in %s: %s".formatted(directory, FileProblem.wordsWithFile(e)), e);
        } catch (Exception e) {
            throw new LocalServiceException("Kafka could not be started in %s: %s".formatted(directory, e), e);
        }
    }

    private static LocalKafka start(ServiceDirectory state, LoopbackPort port) throws Exception {
        state.requireFree(port, "Kafka");
        Path log = state.path().resolve("log");
        LoopbackPort controllerPort = LoopbackPort.freeBeside(port);
        if (Files.notExists(log.resolve("meta.properties"))) {
            format(log);
        }
        KafkaRaftServer server =
                new KafkaRaftServer(KafkaConfig.fromProps(settings(log, port, controllerPort), false), Time.SYSTEM);
        try {
            server.startup();
            state.remember(port);
            LocalKafka kafka = new LocalKafka(state, server, port);
            kafka.createTopics();
            return kafka;
        } catch (Exception e) {
            server.shutdown();
            throw e;
        }
    }

    private static void format(Path log) throws Exception {
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .addDirectory(log.toString())
                .setMetadataLogDirectory(log.toString())
                .run();
    }

    private static Properties settings(Path log, LoopbackPort port, LoopbackPort controllerPort) {
        Properties settings = new Properties();
        settings.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("log.dirs", log.toString()),
                Map.entry(
                        "listeners",
                        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                                .formatted(port.number(), controllerPort.number())),
                Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port.number()),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controllerPort.number()),
                // After a kill, the old broker counts as alive until its session ends. Until then nothing is served.
                Map.entry("broker.session.timeout.ms", "3000"),
                Map.entry("broker.heartbeat.interval.ms", "500"),
                // There is one voter only: waiting for others would delay the start.
                Map.entry("controller.quorum.election.timeout.ms", "100"),
                Map.entry("controller.quorum.election.backoff.max.ms", "100"),
                Map.entry("auto.create.topics.enable", "false"),
                // A request of 1 MiB with its key and headers.
                Map.entry("message.max.bytes", "1100000"),
                // What a request says to have is made room for before it comes. Its clients send little more than one
                // message at a time.
                Map.entry("socket.request.max.bytes", "8388608"),
                Map.entry("queued.max.request.bytes", "33554432"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "3"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "3"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "3"),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "2"),
                Map.entry("background.threads", "2"),
                // The default reserves 128 MB of heap.
                Map.entry("log.cleaner.dedupe.buffer.size", "4194304")));
        return settings;
    }

    private void createTopics() throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()))) {
            List<NewTopic> topics = Stream.of(Topics.REQUESTS, Topics.DEAD_LETTERS, Topics.EVENTS)
                    .map(name -> new NewTopic(name, PARTITIONS, ONE_REPLICA)
                            .configs(Map.of(
                                    "retention.ms",
                                    Long.toString(RETENTION.toMillis()),
                                    // There is no second replica, so an acknowledged record must be on disk.
                                    "flush.messages",
                                    "1")))
                    .toList();
            for (KafkaFuture<Void> creation :
                    admin.createTopics(topics).values().values()) {
                awaitCreation(creation);
            }
        }
    }

    private static void awaitCreation(KafkaFuture<Void> creation) throws InterruptedException, ExecutionException {
        try {
            creation.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    /** {@code HOST:PORT}, for Kafka clients. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port.number();
    }

    /** Stops the broker and releases the directory. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            server.shutdown();
            server.awaitShutdown();
        } finally {
            state.close();
        }
    }
}
