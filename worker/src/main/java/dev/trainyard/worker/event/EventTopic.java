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

    /** Maximum time for Kafka to accept an event. */
    private static final Duration DELIVER_WITHIN = Duration.ofSeconds(30);

    private static final Duration FIND_WITHIN = Duration.ofSeconds(10);

    private final Producer<String, byte[]> producer;

    /** @throws org.apache.kafka.common.KafkaException if none of the addresses is valid */
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
     * The result of sending events.
     *
     * @param taken numbers of the events that every in-sync replica has
     * @param failure why the others failed; null if all succeeded
     */
    record Sent(List<Long> taken, @Nullable Exception failure) {}

    /**
     * Sends the events and returns when none is in flight. The events of a job are sent one after the other: the next one only after Kafka
     * has accepted the previous one, so that no event can overtake a failed one.
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
                    // Kafka would never accept it, and it would block the later events of its job. The history has all
                    // of it.
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

    /** The first event of a job's or worker's queue, in flight. */
    private record Sending(Queue<Outbox.Pending> queue, Outbox.Pending event, Future<RecordMetadata> outcome) {

        /** Whether no broker answers, so that every other event would also time out. */
        boolean saysThatNobodyIsThere() {
            return outcome.state() == Future.State.FAILED
                    && !(outcome.exceptionNow() instanceof RecordTooLargeException);
        }
    }

    /** Sends the next event of each queue. */
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
        // No event is in flight: see send.
        producer.close(Duration.ofSeconds(1));
    }
}
