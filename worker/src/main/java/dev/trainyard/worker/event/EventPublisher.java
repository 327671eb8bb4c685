package dev.trainyard.worker.event;

import dev.trainyard.core.request.Topics;
import dev.trainyard.db.Database;
import dev.trainyard.db.Outage;
import dev.trainyard.db.Outbox;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.intake.KafkaUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Publishes the events in the outbox: each at least once, and the events of a job in order. Every worker runs a publisher; the database
 * lets one at a time work. While Kafka does not answer, the events wait. Nothing else waits for them.
 */
public final class EventPublisher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);

    private static final int AT_ONCE = 500;

    /** Polling an empty table is cheaper than a notification in every transaction that creates an event. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private static final Duration ASK_FOR_TURN_EVERY = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final Outbox outbox;
    private final Beat beat;

    /** Published but not deleted from the outbox yet: at most one batch. */
    private final List<Long> published = new ArrayList<>();

    private @Nullable EventTopic topic;

    /** Null unless this publisher has the turn. */
    private Outbox.@Nullable Publishing turn;

    public EventPublisher(String bootstrapServers, Database database) {
        this.bootstrapServers = bootstrapServers;
        this.outbox = new Outbox(database);
        this.beat = new Beat(
                        this::look,
                        new Beat.AfterFailure(SHORTEST_PAUSE, LONGEST_PAUSE),
                        new EventTelling(),
                        MonotonicClock.SYSTEM)
                .start(Thread.ofPlatform().daemon().name("events"));
    }

    /** Kafka did not accept an event. */
    private static final class NotTaken extends Exception {

        private static final long serialVersionUID = 1L;

        NotTaken(Exception cause) {
            super(cause);
        }
    }

    /** Publishes while this publisher has the turn. After a failure it gives the turn up, because the Kafka or database of another may answer. */
    private Beat.Next look() throws NotTaken, InterruptedException {
        if (turn == null) {
            turn = outbox.publish().orElse(null);
        }
        Outbox.Publishing mine = turn;
        try {
            if (mine != null && mine.kept()) {
                return publish(mine);
            }
        } catch (NotTaken | RuntimeException e) {
            giveBackTurn(e);
            throw e;
        }
        turn = null;
        return Beat.Next.untriedIn(ASK_FOR_TURN_EVERY);
    }

    private void giveBackTurn(Exception failure) {
        Outbox.Publishing mine = turn;
        turn = null;
        if (mine != null) {
            try {
                mine.close();
            } catch (RuntimeException e) {
                // The turn expires after some seconds.
                failure.addSuppressed(e);
            }
        }
    }

    private Beat.Next publish(Outbox.Publishing turn) throws NotTaken, InterruptedException {
        // First delete what an earlier turn could not delete, so that it is not published again.
        takeOut(turn);
        List<Outbox.Pending> pending = turn.next(AT_ONCE);
        EventTopic.Sent sent = topic().send(pending);
        published.addAll(sent.taken());
        takeOut(turn);
        if (sent.failure() != null) {
            throw new NotTaken(sent.failure());
        }
        Duration pause = pending.size() < AT_ONCE ? LOOK_EVERY : Duration.ZERO;
        return pending.isEmpty() ? Beat.Next.untriedIn(pause) : Beat.Next.in(pause);
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

    private final class EventTelling implements Beat.Telling {

        private static final String KAFKA = "kafka";
        private static final String DATABASE = "database";

        @Override
        public String kind(Exception failure) {
            return failure instanceof NotTaken || failure instanceof KafkaException ? KAFKA : DATABASE;
        }

        @Override
        public boolean failing(Exception failure, int inARow) {
            if (kind(failure).equals(KAFKA)) {
                log.warn(
                        "events are not published. They wait in the database and delay nothing else. {}",
                        words(failure));
                return true;
            }
            // The loop that looks for work reports an outage of the whole database.
            if (Outage.isAway(failure)) {
                return false;
            }
            log.warn("events are not published because of an error of the database: {}", Outage.words(failure));
            return true;
        }

        @Override
        public void again() {
            log.info("events are published again");
        }
    }

    private String words(Exception failure) {
        return switch (NestedExceptionUtils.getMostSpecificCause(failure)) {
            case RecordTooLargeException _ ->
                "Kafka at %s refuses one as too large, even without its details: raise max.message.bytes of the topic %s."
                        .formatted(bootstrapServers, Topics.EVENTS);
            case TimeoutException _ ->
                "%s If it does answer, the topic %s may be missing: servers create it when they start."
                        .formatted(new KafkaUnavailable(bootstrapServers, failure).getMessage(), Topics.EVENTS);
            default -> String.valueOf(new KafkaUnavailable(bootstrapServers, failure).getMessage());
        };
    }

    @Override
    public void close() throws InterruptedException {
        beat.close();
        if (turn != null) {
            turn.close();
        }
        if (topic != null) {
            topic.close();
        }
    }
}
