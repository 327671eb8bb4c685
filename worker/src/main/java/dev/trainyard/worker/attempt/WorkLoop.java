package dev.trainyard.worker.attempt;

import dev.trainyard.db.Database;
import dev.trainyard.db.Notifications;
import dev.trainyard.db.Outage;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.launch.Seldom;
import dev.trainyard.worker.fetch.Fetches;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the database after each notification and every five seconds: for attempts to take up or to stop, images to fetch, and containers to
 * remove.
 */
public final class WorkLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WorkLoop.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration TIDY_EVERY = Duration.ofSeconds(60);

    private final Host host;
    private final Attempts attempts;
    private final Fetches fetches;
    private final LeftoverContainers leftovers;
    private final Notifications notifications;
    private final Seldom tidying = new Seldom(MonotonicClock.SYSTEM);
    private final Beat beat;

    public WorkLoop(Database database, Host host, Attempts attempts, Fetches fetches, LeftoverContainers leftovers) {
        this.host = host;
        this.attempts = attempts;
        this.fetches = fetches;
        this.leftovers = leftovers;
        this.notifications = Notifications.ofWorker(database);
        this.beat = new Beat(
                        this::look,
                        Beat.AfterFailure.always(AFTER_FAILURE),
                        Beat.Telling.of(WorkLoop::tell, () -> log.info("database answers again")),
                        MonotonicClock.SYSTEM)
                .start(Thread.ofPlatform().daemon().name("work"));
    }

    private Beat.Next look() throws SQLException {
        notifications.await(EVERY);
        attempts.sync(host.attempts().unfinishedOf(host.me().worker()));
        fetches.sync(host.imageRows().due(host.me().worker()));
        host.lostHosts().returned(host.me());
        tidying.ifDue(() -> {
            leftovers.tidy();
            return TIDY_EVERY;
        });
        return Beat.Next.in(Duration.ZERO);
    }

    private static boolean tell(Exception failure) {
        if (Outage.isAway(failure)) {
            log.warn("database does not answer, trying every second: {}", Outage.words(failure));
        } else {
            log.warn("no look at the database, trying every second", failure);
        }
        return true;
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        beat.stop();
        // The end of the connection ends its wait for notifications. An interrupt does not.
        notifications.close();
        beat.join();
    }
}
