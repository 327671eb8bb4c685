package dev.trainyard.worker;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.Replaced;
import dev.trainyard.db.WorkerStore;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** A worker's way out of service that leaves no training behind. Killing its process meanwhile leaves them running, as ever. */
final class Drain {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);
    private static final int LOOK_EVERY_SECONDS = 1;

    private final WorkerStore workers;
    private final AttemptStore attempts;
    private final Incarnation me;
    private final boolean stopJobs;
    private int left = -1;

    /** @param stopJobs whether trainings are stopped, rather than waited for */
    Drain(WorkerStore workers, AttemptStore attempts, Incarnation me, boolean stopJobs) {
        this.workers = workers;
        this.attempts = attempts;
        this.me = me;
        this.stopJobs = stopJobs;
    }

    /** Returns when nothing is left here, or another process has become this worker. */
    void await(CountDownLatch replaced) throws InterruptedException {
        boolean failing = false;
        do {
            try {
                if (round() == 0) {
                    return;
                }
                failing = false;
            } catch (Replaced e) {
                return;
            } catch (DataAccessException | TransactionException e) {
                if (!failing) {
                    log.warn("waiting for the database to tell what still runs here: {}", e.getMessage());
                    failing = true;
                }
            }
        } while (!replaced.await(LOOK_EVERY_SECONDS, TimeUnit.SECONDS));
    }

    /** Returns how many attempts are left. */
    private int round() {
        workers.draining(me);
        List<Attempt> unfinished = attempts.unfinishedOf(me.worker());
        if (stopJobs) {
            unfinished.stream()
                    .filter(attempt -> attempt.stopReason() == null
                            && attempt.state() != AttemptState.COLLECTING
                            && attempt.state() != AttemptState.ENDED)
                    .forEach(attempt -> attempts.stop(me, attempt.id(), StopReason.PREEMPTED));
        }
        if (unfinished.size() != left) {
            left = unfinished.size();
            log.info("worker drains id={} trainings={}", me.worker(), left);
        }
        return left;
    }
}
