package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.Database;
import dev.trainyard.db.Notifications;
import dev.trainyard.db.Outage;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.engine.OwnContainer;
import dev.trainyard.worker.engine.State;
import dev.trainyard.worker.fetch.Fetches;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the database when something was notified, and every five seconds: what there is to take up, to stop, to fetch, to tidy away. */
public final class WorkLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WorkLoop.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration TIDY_EVERY = Duration.ofSeconds(60);

    private final Host host;
    private final Attempts attempts;
    private final Fetches fetches;
    private final Notifications notifications;
    private final Thread thread;
    private final Set<String> reported = new HashSet<>();

    public WorkLoop(Database database, Host host, Attempts attempts, Fetches fetches) {
        this.host = host;
        this.attempts = attempts;
        this.fetches = fetches;
        this.notifications = Notifications.ofWorker(database);
        this.thread = Thread.ofPlatform().daemon().name("work").start(this::loop);
    }

    private void loop() {
        boolean failing = false;
        long tidiedAt = System.nanoTime() - TIDY_EVERY.toNanos();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    notifications.await(EVERY);
                    attempts.sync(host.attempts().unfinishedOf(host.me().worker()));
                    fetches.sync(host.imageRows().due(host.me().worker()));
                    host.lostHosts().returned(host.me());
                    if (System.nanoTime() - tidiedAt >= TIDY_EVERY.toNanos()) {
                        tidy();
                        tidiedAt = System.nanoTime();
                    }
                    if (failing) {
                        log.info("database answers again");
                        failing = false;
                    }
                } catch (SQLException | RuntimeException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    if (!failing) {
                        if (Outage.isAway(e)) {
                            log.warn("database does not answer, trying every second: {}", Outage.words(e));
                        } else {
                            log.warn("no look at the database, trying every second", e);
                        }
                        failing = true;
                    }
                    Thread.sleep(AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** What belongs to an ended attempt is removed; what the database does not know is reported and left alone. */
    private void tidy() {
        try {
            for (OwnContainer container : host.containers().list(host.owner())) {
                Optional<Attempt> attempt = container.attempt() == null
                        ? Optional.empty()
                        : host.attempts().find(container.attempt());
                if (attempt.isEmpty()) {
                    if (reported.add(container.id().value())) {
                        log.warn("container of an unknown attempt, left alone name={}", container.name());
                    }
                } else if (attempt.get().state() == AttemptState.ENDED
                        && attempt.get().lost() == null
                        && container.state() != State.RUNNING) {
                    host.containers().remove(container.id());
                    log.info("removed container of an ended attempt name={}", container.name());
                }
            }
        } catch (EngineException e) {
            log.debug("containers not looked at", e);
        }
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        thread.interrupt();
        notifications.close();
        thread.join();
    }
}
