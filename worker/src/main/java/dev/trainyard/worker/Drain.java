package dev.trainyard.worker;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.StopReason;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.Replaced;
import dev.trainyard.db.WorkerStore;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker's way out of service that leaves no training behind. Killing its process meanwhile leaves them running, as ever. */
final class Drain {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

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

    /** Returns when nothing is left here, or another process has become this worker; or with an interrupt. */
    void await(CountDownLatch replaced) {
        new Beat(
                        () -> look(replaced),
                        Beat.AfterFailure.always(LOOK_EVERY),
                        Beat.Telling.of(Drain::tell, () -> log.info("the database tells again what still runs here")),
                        new UntilReplaced(replaced))
                .run();
    }

    private Beat.Next look(CountDownLatch replaced) {
        try {
            return replaced.getCount() == 0 || round() == 0 ? Beat.Next.OVER : Beat.Next.in(LOOK_EVERY);
        } catch (Replaced e) {
            return Beat.Next.OVER;
        }
    }

    private static boolean tell(Exception failure) {
        log.warn("waiting for the database to tell what still runs here: {}", failure.getMessage());
        return true;
    }

    /** On which no one sleeps when another process has become this worker. */
    private record UntilReplaced(CountDownLatch replaced) implements MonotonicClock {

        @Override
        public long nanoTime() {
            return SYSTEM.nanoTime();
        }

        @Override
        public void sleep(Duration length) throws InterruptedException {
            boolean unused = replaced.await(length.toNanos(), TimeUnit.NANOSECONDS);
        }
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
