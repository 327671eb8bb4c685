package dev.trainyard.worker.recover;

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
        boolean failing = false;
        try {
            while (true) {
                try {
                    lease.renew();
                    if (failing) {
                        log.info("lease renewed again");
                        failing = false;
                    }
                } catch (SQLException e) {
                    if (!failing) {
                        log.warn("lease not renewed, trying every second: {}", e.getMessage());
                        failing = true;
                    }
                }
                Thread.sleep(failing ? AFTER_FAILURE : EVERY);
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
