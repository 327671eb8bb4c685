package dev.trainyard.worker.event;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.request.Topics;
import dev.trainyard.db.Outbox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The topic of events, to which one process writes at a time. */
final class EventTopic implements AutoCloseable {

    /** Less than the database lets a publisher be silent. */
    private static final Duration DELIVER_WITHIN = Duration.ofSeconds(30);

    private static final Duration FIND_WITHIN = Duration.ofSeconds(10);

    private final Producer<String, byte[]> producer;

    /** @throws org.apache.kafka.common.KafkaException if none of the addresses can be one */
    EventTopic(String bootstrapServers) {
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "trainyard-events",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        Math.toIntExact(FIND_WITHIN.toMillis()),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(DELIVER_WITHIN.toMillis() / 3),
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(DELIVER_WITHIN.toMillis())),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /**
     * What became of those that were sent.
     *
     * @param taken numbers of those that every in-sync replica has
     * @param failure why the others are not among them; null: all are
     */
    record Sent(List<Long> taken, @Nullable Exception failure) {}

    /**
     * Sends them, and returns when nothing is on its way any more. What happened to one job goes one after the other: only when Kafka has
     * an event is the next one of the job sent, so that none can overtake one that failed.
     */
    Sent send(List<Outbox.Pending> pending) throws InterruptedException {
        List<Long> taken = new ArrayList<>();
        Set<Long> shortened = new HashSet<>();
        Exception failure = null;
        Map<String, Queue<Outbox.Pending>> waiting = new LinkedHashMap<>();
        for (Outbox.Pending event : pending) {
            waiting.computeIfAbsent(event.event().key(), key -> new ArrayDeque<>())
                    .add(event);
        }
        while (!waiting.isEmpty() && failure == null) {
            for (Sending sending : begin(waiting.values(), shortened)) {
                try {
                    sending.outcome().get();
                    taken.add(sending.event().number());
                    sending.queue().remove();
                } catch (ExecutionException e) {
                    // It would never be taken, and hold up its job for ever. The history has all of it.
                    if (!(e.getCause() instanceof RecordTooLargeException)
                            || !shortened.add(sending.event().number())) {
                        failure = e;
                    }
                }
            }
            waiting.values().removeIf(Queue::isEmpty);
        }
        return new Sent(taken, failure);
    }

    /** The head of a job's or worker's queue, on its way. */
    private record Sending(Queue<Outbox.Pending> queue, Outbox.Pending event, Future<RecordMetadata> outcome) {

        /** Without a broker each further one would be waited for as long as this was. */
        boolean saysThatNobodyIsThere() {
            return outcome.state() == Future.State.FAILED
                    && !(outcome.exceptionNow() instanceof RecordTooLargeException);
        }
    }

    /** Sends the next of each. */
    private List<Sending> begin(Iterable<Queue<Outbox.Pending>> waiting, Set<Long> shortened) {
        List<Sending> wave = new ArrayList<>();
        for (Queue<Outbox.Pending> queue : waiting) {
            Outbox.Pending next = queue.element();
            Sending sending =
                    new Sending(queue, next, producer.send(record(next.event(), shortened.contains(next.number()))));
            wave.add(sending);
            if (sending.saysThatNobodyIsThere()) {
                break;
            }
        }
        return wave;
    }

    private static ProducerRecord<String, byte[]> record(Event event, boolean shortened) {
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(Topics.EVENTS, event.key(), shortened ? event.jsonWithoutDetails() : event.json());
        record.headers().add("content-type", Event.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    @Override
    public void close() {
        // Nothing is on its way: see send.
        producer.close(Duration.ofSeconds(1));
    }
}
