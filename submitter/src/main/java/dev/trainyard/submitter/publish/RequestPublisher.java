package dev.trainyard.submitter.publish;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes requests. Those of one job keep the order of the calls. */
public final class RequestPublisher implements AutoCloseable {

    /** A request is at most 1 MiB; a record adds its key and headers. */
    static final int MAX_RECORD_BYTES = 1_100_000;

    private static final Duration DELIVER_WITHIN = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final Producer<String, byte[]> producer;

    /** @throws KafkaUnavailable if the address is not valid */
    public RequestPublisher(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        int deliverWithin = Math.toIntExact(DELIVER_WITHIN.toMillis());
        try {
            this.producer = new KafkaProducer<>(
                    Map.of(
                            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            bootstrapServers,
                            ProducerConfig.CLIENT_ID_CONFIG,
                            "trainyard-server",
                            ProducerConfig.ACKS_CONFIG,
                            "all",
                            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                            true,
                            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                            MAX_RECORD_BYTES,
                            ProducerConfig.LINGER_MS_CONFIG,
                            0,
                            ProducerConfig.MAX_BLOCK_MS_CONFIG,
                            deliverWithin,
                            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            deliverWithin / 2,
                            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                            deliverWithin),
                    new StringSerializer(),
                    new ByteArraySerializer());
        } catch (KafkaException e) {
            throw KafkaCluster.unavailable(bootstrapServers, e);
        }
    }

    /**
     * Publishes a request and returns when every in-sync replica has it.
     *
     * @param json the message, published byte for byte
     * @throws KafkaUnavailable if that takes longer than ten seconds; the request may still arrive, and publishing it again is harmless
     */
    public void publish(JobId job, byte[] json) {
        try {
            producer.send(new ProducerRecord<>(Topics.REQUESTS, job.toString(), json))
                    .get();
        } catch (ExecutionException | KafkaException e) {
            throw KafkaCluster.unavailable(bootstrapServers, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaCluster.unavailable(bootstrapServers, e);
        }
    }

    @Override
    public void close() {
        producer.close(DELIVER_WITHIN);
    }
}
