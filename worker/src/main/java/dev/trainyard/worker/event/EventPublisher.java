package dev.trainyard.worker.event;

import dev.trainyard.core.request.Topics;
import dev.trainyard.db.Database;
import dev.trainyard.db.Outage;
import dev.trainyard.db.Outbox;
import dev.trainyard.worker.intake.KafkaUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Publishes what waits in the outbox: each event at least once, and those of one job in their order. Every worker runs one; the database
 * lets one at a time do the work. While Kafka is away the events wait, and nothing else waits for them.
 */
public final class EventPublisher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);

    private static final int AT_ONCE = 500;

    /** One look into an empty table is cheaper than waking the publisher at each change would be for those who make them. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private static final Duration ASK_FOR_TURN_EVERY = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final Outbox outbox;
    private final Thread thread;

    /** Published, but not out of the outbox yet: at most those of one batch. */
    private final List<Long> published = new ArrayList<>();

    private @Nullable EventTopic topic;
    private boolean kafkaFails;
    private boolean databaseFails;
    private Duration pause = SHORTEST_PAUSE;

    public EventPublisher(String bootstrapServers, Database database) {
        this.bootstrapServers = bootstrapServers;
        this.outbox = new Outbox(database);
        this.thread = Thread.ofPlatform().daemon().name("events").start(this::loop);
    }

    private void loop() {
        try {
            while (true) {
                try {
                    Optional<Outbox.Publishing> turn = outbox.publish();
                    if (turn.isPresent()) {
                        publish(turn.get());
                    }
                    Thread.sleep(ASK_FOR_TURN_EVERY);
                } catch (InterruptException e) {
                    return;
                } catch (NotTaken | KafkaException e) {
                    sayKafkaFails(e);
                    pause();
                } catch (RuntimeException e) {
                    sayDatabaseFails(e);
                    pause();
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        } finally {
            if (topic != null) {
                // Closing waits, which an interrupted thread must not.
                Thread.interrupted();
                topic.close();
            }
        }
    }

    /** Kafka has not taken an event. */
    private static final class NotTaken extends Exception {

        private static final long serialVersionUID = 1L;

        NotTaken(Exception cause) {
            super(cause);
        }
    }

    /** Until something fails: then another may try, whose Kafka or database answers; or until another has. */
    private void publish(Outbox.Publishing turn) throws NotTaken, InterruptedException {
        try (turn) {
            while (turn.kept()) {
                // First what a former turn could not take out, so that nothing is published over and over.
                takeOut(turn);
                List<Outbox.Pending> pending = turn.next(AT_ONCE);
                EventTopic.Sent sent = topic().send(pending);
                published.addAll(sent.taken());
                takeOut(turn);
                if (sent.failure() != null) {
                    throw new NotTaken(sent.failure());
                }
                if (!pending.isEmpty()) {
                    sayWell();
                }
                if (pending.size() < AT_ONCE) {
                    Thread.sleep(LOOK_EVERY);
                }
            }
        }
    }

    private void takeOut(Outbox.Publishing turn) {
        turn.published(published);
        published.clear();
    }

    private EventTopic topic() {
        EventTopic open = topic;
        if (open == null) {
            open = new EventTopic(bootstrapServers);
            topic = open;
        }
        return open;
    }

    private void pause() throws InterruptedException {
        Thread.sleep(pause);
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private void sayKafkaFails(Exception failure) {
        if (!kafkaFails) {
            log.warn(
                    "events are not published; they wait in the database, and nothing waits for them. {}",
                    words(failure));
            kafkaFails = true;
        }
    }

    private String words(Exception failure) {
        return switch (NestedExceptionUtils.getMostSpecificCause(failure)) {
            case RecordTooLargeException _ ->
                "Kafka at %s finds one too large, even without its details: raise max.message.bytes of the topic %s."
                        .formatted(bootstrapServers, Topics.EVENTS);
            case TimeoutException _ ->
                "%s If it does answer, it may have no topic %s: servers make it when they start."
                        .formatted(new KafkaUnavailable(bootstrapServers, failure).getMessage(), Topics.EVENTS);
            default -> String.valueOf(new KafkaUnavailable(bootstrapServers, failure).getMessage());
        };
    }

    /** An outage of the whole database is told by whoever looks for work. */
    private void sayDatabaseFails(Exception failure) {
        if (!databaseFails && !Outage.isAway(failure)) {
            log.warn("events are not published, the database fails: {}", Outage.words(failure));
            databaseFails = true;
        }
    }

    private void sayWell() {
        if (kafkaFails || databaseFails) {
            log.info("events are published again");
        }
        kafkaFails = false;
        databaseFails = false;
        pause = SHORTEST_PAUSE;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
