package dev.trainyard.submitter.publish;

import dev.trainyard.core.request.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;

/** The Kafka cluster that carries the requests: creates its topics and checks that it answers. */
public final class KafkaCluster implements AutoCloseable {

    private static final int PARTITIONS = 6;

    /** Shorter than the database remembers job ids, so that a replay after a lost offset accepts no job twice. */
    private static final Duration RETENTION = Duration.ofDays(7);

    private static final Duration CREATE_WITHIN = Duration.ofSeconds(10);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

    private final String bootstrapServers;
    private final Admin admin;

    private KafkaCluster(String bootstrapServers, Admin admin) {
        this.bootstrapServers = bootstrapServers;
        this.admin = admin;
    }

    /**
     * Connects and creates missing topics. Existing topics stay as they are.
     *
     * @param bootstrapServers {@code host:port[,host:port…]}
     * @throws KafkaUnavailable if the cluster does not answer within ten seconds, or refuses the request
     */
    public static KafkaCluster connect(String bootstrapServers) {
        Admin admin;
        try {
            admin = Admin.create(Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    bootstrapServers,
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    "trainyard-server",
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    Math.toIntExact(CREATE_WITHIN.toMillis() / 2),
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    Math.toIntExact(CREATE_WITHIN.toMillis())));
        } catch (KafkaException e) {
            throw unavailable(bootstrapServers, e);
        }
        KafkaCluster cluster = new KafkaCluster(bootstrapServers, admin);
        try {
            cluster.createMissingTopics();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void createMissingTopics() {
        List<NewTopic> topics = Stream.of(Topics.REQUESTS, Topics.DEAD_LETTERS, Topics.EVENTS)
                .map(name -> new NewTopic(name, Optional.of(PARTITIONS), Optional.empty())
                        .configs(Map.of(
                                TopicConfig.RETENTION_MS_CONFIG,
                                Long.toString(RETENTION.toMillis()),
                                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                Integer.toString(RequestPublisher.MAX_RECORD_BYTES))))
                .toList();
        for (KafkaFuture<Void> creation : admin.createTopics(topics).values().values()) {
            try {
                await(creation);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw unavailable(bootstrapServers, e);
                }
            }
        }
    }

    /**
     * Returns when the cluster has answered.
     *
     * @throws KafkaUnavailable if it does not within two seconds
     */
    public void requireAnswer() {
        try {
            await(admin.describeCluster(
                            new DescribeClusterOptions().timeoutMs(Math.toIntExact(ANSWER_WITHIN.toMillis())))
                    .nodes());
        } catch (ExecutionException e) {
            throw unavailable(bootstrapServers, e);
        }
    }

    private static <T> T await(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutionException(e);
        }
    }

    static KafkaUnavailable unavailable(String bootstrapServers, Throwable e) {
        Throwable reason = e;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        String form = reason instanceof RecordTooLargeException
                ? "Kafka at %s refuses the request: %s. Set max.message.bytes of its topic to "
                        + RequestPublisher.MAX_RECORD_BYTES
                        + "."
                : "Kafka at %s does not answer: %s. Check that it runs there and that this host reaches it.";
        return new KafkaUnavailable(form.formatted(bootstrapServers, sentence(reason)), e);
    }

    private static String sentence(Throwable reason) {
        return switch (reason) {
            // Kafka's own message speaks of its protocol: "Timed out waiting for a node assignment. Call: listNodes".
            case TimeoutException _ -> "nothing came back from there";
            case ConfigException _ -> "no such host is known";
            default -> String.valueOf(reason.getMessage()).replaceFirst("\\.$", "");
        };
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
