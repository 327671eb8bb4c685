package dev.trainyard.worker.plan;

import dev.trainyard.core.plan.Planner;
import dev.trainyard.db.Database;
import dev.trainyard.db.Notifications;
import dev.trainyard.db.Outage;
import dev.trainyard.db.PlanStore;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.launch.Seldom;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Plans after each change, and at least every five seconds. Every worker runs this loop; the database lets one at a time do the
 * work.
 */
public final class PlannerLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PlannerLoop.class);
    private static final Duration OBSERVE_EVERY = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration KEEP_HOUSE_EVERY = Duration.ofHours(6);
    private static final Duration KEEP_HOUSE_AFTER_FAILURE = Duration.ofMinutes(10);

    private final PlanStore store;
    private final Notifications notifications;
    private final Seldom observation = new Seldom(MonotonicClock.SYSTEM);
    private final Seldom houseKeeping = new Seldom(MonotonicClock.SYSTEM);
    private final Beat beat;
    private Duration wait = Duration.ZERO;

    public PlannerLoop(Database database) {
        this.store = new PlanStore(database);
        this.notifications = Notifications.ofPlanner(database);
        this.beat = new Beat(
                        this::look,
                        Beat.AfterFailure.always(AFTER_FAILURE),
                        Beat.Telling.of(PlannerLoop::tell, () -> log.info("planning again")),
                        MonotonicClock.SYSTEM)
                .start(Thread.ofPlatform().daemon().name("planner"));
    }

    private Beat.Next look() throws SQLException {
        notifications.await(wait);
        // Plan first: a failing observe(), even one that fails every time, must not block placement.
        wait = cycle();
        observation.ifDue(() -> {
            store.observe();
            return OBSERVE_EVERY;
        });
        houseKeeping.ifDue(this::keepHouse);
        return Beat.Next.in(Duration.ZERO);
    }

    private static boolean tell(Exception failure) {
        // The loop that looks for work reports an outage of the whole database. One line is enough.
        if (Outage.isAway(failure)) {
            return false;
        }
        if (failure instanceof RuntimeException ours && Outage.isTransient(ours)) {
            log.warn("planning failed, trying every second: {}", Outage.words(failure));
        } else {
            log.warn("planning failed, trying every second", failure);
        }
        return true;
    }

    /** Returns when to repeat it. If a dump of the database holds the locks, it gives up, so that planning continues. */
    private Duration keepHouse() {
        try {
            store.keepHouse();
            return KEEP_HOUSE_EVERY;
        } catch (DataAccessException e) {
            log.info("maintenance postponed for {} min: {}", KEEP_HOUSE_AFTER_FAILURE.toMinutes(), Outage.words(e));
            return KEEP_HOUSE_AFTER_FAILURE;
        }
    }

    /** Returns the time until something may change without an event. */
    private Duration cycle() {
        return store.cycle(Planner::plan)
                .map(cycle -> {
                    if (cycle.placed() > 0 || cycle.refused() > 0) {
                        log.info("planned placed={} refused={}", cycle.placed(), cycle.refused());
                    }
                    Duration due = cycle.nextDue();
                    return due != null && due.compareTo(OBSERVE_EVERY) < 0 ? due : OBSERVE_EVERY;
                })
                .orElse(OBSERVE_EVERY);
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        beat.stop();
        // An interrupt does not end the wait for notifications. Closing the connection does.
        notifications.close();
        beat.join();
    }
}
