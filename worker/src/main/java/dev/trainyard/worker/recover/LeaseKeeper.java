package dev.trainyard.worker.recover;

import dev.trainyard.db.Outage;
import dev.trainyard.db.Replaced;
import dev.trainyard.db.WorkerStore;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the lease every five seconds, after a failure every second, until it is closed or another incarnation has it. */
public final class LeaseKeeper implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** Before that it is a short outage of the database, of which others tell. */
    private static final int TELL_AFTER_FAILURES = 15;

    private final WorkerStore.Lease lease;
    private final Runnable onReplaced;
    private final Thread thread;

    /** @param onReplaced runs once, on the keeper's thread */
    public LeaseKeeper(WorkerStore.Lease lease, Runnable onReplaced) {
        this.lease = lease;
        this.onReplaced = onReplaced;
        // A platform thread: it must run also when every carrier thread is busy.
        this.thread = Thread.ofPlatform().daemon().name("lease").start(this::keep);
    }

    private void keep() {
        int failures = 0;
        try {
            while (true) {
                try {
                    lease.renew();
                    if (failures >= TELL_AFTER_FAILURES) {
                        log.info("lease renewed again");
                    }
                    failures = 0;
                } catch (SQLException e) {
                    failures++;
                    if (failures == TELL_AFTER_FAILURES) {
                        log.warn(
                                "lease not renewed for {} s, without it nothing new is placed here: {}",
                                failures,
                                Outage.words(e));
                    }
                }
                Thread.sleep(failures > 0 ? AFTER_FAILURE : EVERY);
            }
        } catch (Replaced e) {
            log.error("{}", e.getMessage());
            onReplaced.run();
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        thread.interrupt();
        thread.join();
        lease.close();
    }
}
