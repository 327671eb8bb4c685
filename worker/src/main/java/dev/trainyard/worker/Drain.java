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

/** Takes a worker out of service after its trainings have ended. If the process is killed during this, trainings continue as always. */
final class Drain {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final WorkerStore workers;
    private final AttemptStore attempts;
    private final Incarnation me;
    private final boolean stopJobs;
    private int left = -1;

    /** @param stopJobs whether to stop trainings instead of waiting for them */
    Drain(WorkerStore workers, AttemptStore attempts, Incarnation me, boolean stopJobs) {
        this.workers = workers;
        this.attempts = attempts;
        this.me = me;
        this.stopJobs = stopJobs;
    }

    /** Returns when no attempt is left, when another process has become this worker, or after an interrupt. */
    void await(CountDownLatch replaced) {
        new Beat(
                        () -> look(replaced),
                        Beat.AfterFailure.always(LOOK_EVERY),
                        Beat.Telling.of(
                                Drain::tell,
                                () -> log.info("the database answers again about the remaining trainings")),
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
        log.warn("waiting for the database to learn which trainings remain: {}", failure.getMessage());
        return true;
    }

    /** A clock whose sleep ends when another process has become this worker. */
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

    /** Returns the number of remaining attempts. */
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
