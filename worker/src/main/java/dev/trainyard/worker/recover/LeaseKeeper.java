package dev.trainyard.worker.recover;

import dev.trainyard.db.Outage;
import dev.trainyard.db.Replaced;
import dev.trainyard.db.WorkerStore;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the lease every five seconds, or every second after a failure, until it is closed or another incarnation has the lease. */
public final class LeaseKeeper implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** Fewer failures are a short outage of the database, which other loops report. */
    private static final int TELL_AFTER_FAILURES = 15;

    private final WorkerStore.Lease lease;
    private final Beat beat;

    /** @param onReplaced runs once, on the keeper's thread */
    public LeaseKeeper(WorkerStore.Lease lease, Runnable onReplaced) {
        this.lease = lease;
        // A platform thread, because it must run even if every carrier thread is busy.
        this.beat = beat(lease::renew, onReplaced, MonotonicClock.SYSTEM)
                .start(Thread.ofPlatform().daemon().name("lease"));
    }

    /** The signature of {@link WorkerStore.Lease#renew}. */
    @FunctionalInterface
    interface Renewal {
        void renew() throws SQLException;
    }

    static Beat beat(Renewal lease, Runnable onReplaced, MonotonicClock clock) {
        return new Beat(
                () -> renew(lease, onReplaced), Beat.AfterFailure.always(AFTER_FAILURE), new LateTelling(), clock);
    }

    private static Beat.Next renew(Renewal lease, Runnable onReplaced) throws SQLException {
        try {
            lease.renew();
            return Beat.Next.in(EVERY);
        } catch (Replaced e) {
            log.error("{}", e.getMessage());
            onReplaced.run();
            return Beat.Next.OVER;
        }
    }

    private static final class LateTelling implements Beat.Telling {

        @Override
        public boolean failing(Exception failure, int inARow) {
            if (inARow < TELL_AFTER_FAILURES) {
                return false;
            }
            log.warn(
                    "lease not renewed for {} s, so this worker gets no new attempts: {}",
                    inARow,
                    Outage.words(failure));
            return true;
        }

        @Override
        public void again() {
            log.info("lease renewed again");
        }
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        beat.close();
        lease.close();
    }
}
