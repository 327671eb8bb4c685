package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.db.Outage;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** An attempt's transactions. Each is repeated until the database commits it, so that running work survives an outage. */
final class Persistence {

    private static final Logger log = LoggerFactory.getLogger(Persistence.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final AttemptId attempt;
    private final Waiting waiting;

    Persistence(AttemptId attempt, Waiting waiting) {
        this.attempt = attempt;
        this.waiting = waiting;
    }

    /** Returns after the commit. Throws an error of the statement itself at once. {@link WorkLoop} reports an outage. */
    <T> T persist(Supplier<T> transaction) {
        Duration pause = FIRST_PAUSE;
        boolean told = false;
        while (true) {
            try {
                T result = transaction.get();
                if (told) {
                    log.info("database is back attempt={}", attempt);
                }
                return result;
            } catch (DataAccessException | TransactionException e) {
                if (!Outage.isTransient(e)) {
                    throw e;
                }
                if (!told && !Outage.isAway(e)) {
                    log.warn("database failed, trying until it is back attempt={} error={}", attempt, e.getMessage());
                    told = true;
                }
                waiting.pause(pause);
                Duration twice = pause.multipliedBy(2);
                pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
            }
        }
    }
}
