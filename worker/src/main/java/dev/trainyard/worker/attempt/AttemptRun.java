package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.Outage;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.EngineSilent;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One attempt in the hands of one thread. Others may ask it to stop, or to let go of the attempt; the thread hears of it only where it
 * waits, never in the middle of a call to the database, whose connection an interrupt would break.
 */
final class AttemptRun {

    private static final Logger log = LoggerFactory.getLogger(AttemptRun.class);
    static final Duration DISK_WITHIN = Duration.ofSeconds(60);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final AttemptId id;
    private final AttemptLog attemptLog;
    private final Function<JobId, String> requests;
    private @Nullable LogFollower follower;
    private boolean endedBeforeSignal;
    private boolean engineSilent;
    private boolean standInsTold;
    private boolean engineWentAway;
    private boolean containerMayRun;
    private volatile Attempt.Wanted outputsWanted = Attempt.Wanted.ALL;
    private boolean rowChanged;
    private boolean letGo;
    private @Nullable Thread waiting;
    private boolean waitHeedsRow;
    private Request.@Nullable Submit request;

    /** @param requests what a job asks for, JSON */
    AttemptRun(AttemptId id, AttemptLog attemptLog, Function<JobId, String> requests) {
        this.id = id;
        this.requests = requests;
        this.attemptLog = attemptLog;
    }

    AttemptId id() {
        return id;
    }

    AttemptLog log() {
        return attemptLog;
    }

    /** Adds a line to the attempt's log. An interrupt stays for whatever is called next. */
    void say(Source source, String line) {
        try {
            attemptLog.line(source, line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the attempt's job asks for. It never changes, and reading it is dear: once per attempt. */
    Request.Submit request(Attempt attempt) {
        if (request == null) {
            request = RequestCodec.accepted(persist(() -> requests.apply(attempt.jobId())));
        }
        return request;
    }

    /** Starts carrying the container's log, unless that is under way. */
    LogFollower follow(Host host, ContainerId container) {
        if (follower == null) {
            follower = LogFollower.start(host, this, container);
        }
        return follower;
    }

    /** True once: a container may be created again where the engine did not answer. */
    boolean firstTimeOfStandIns() {
        boolean first = !standInsTold;
        standInsTold = true;
        return first;
    }

    /** The first stop signal found the container dead already: its end was its own. */
    void endedBeforeSignal() {
        endedBeforeSignal = true;
    }

    boolean wasEndedBeforeSignal() {
        return endedBeforeSignal;
    }

    /** The engine does not answer, which is told once until it does; that it takes no new work is told for the whole host. */
    void engineIsSilent(EngineSilent silence) {
        if (!engineSilent) {
            log.info("engine does not answer, waiting attempt={} error={}", id, silence.getMessage());
        }
        engineSilent = true;
        engineWentAway |= containerMayRun && !silence.timedOut();
    }

    void engineAnswers() {
        engineSilent = false;
    }

    /** From here on an engine that goes away may take the container with it. */
    void containerMayRun() {
        containerMayRun = true;
    }

    /** That the engine was away before has not ended it. */
    void containerRuns() {
        containerMayRun = true;
        engineWentAway = false;
    }

    /** It is dead, or gone, while the engine answered: what becomes of the engine now is nothing to it. */
    void containerIsOver() {
        containerMayRun = false;
    }

    /** The engine went away while the container ran, as far as this process knows: the connection broke, or none could be made. */
    boolean hasEngineGoneAway() {
        return engineWentAway;
    }

    /** The thread is done with the attempt, one way or the other. */
    void release() {
        if (follower != null) {
            follower.detach();
        }
        attemptLog.close();
    }

    /** The attempt's row says something new, a stop reason or its end: the thread reads it again before it waits on. */
    synchronized void rowChanged() {
        rowChanged = true;
        if (waiting != null && waitHeedsRow) {
            waiting.interrupt();
        }
    }

    /** How much of the outputs is still to be gathered: whoever reads them asks as he goes. */
    void wants(Attempt.Wanted outputs) {
        outputsWanted = outputs;
    }

    Attempt.Wanted outputsWanted() {
        return outputsWanted;
    }

    /** This process ends; the container runs on, and the next process goes on from the row. */
    synchronized void letGo() {
        letGo = true;
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /** Why a wait ended before what it waited for. */
    static final class Woken extends Exception {

        private static final long serialVersionUID = 1L;

        private final boolean row;

        private Woken(boolean row) {
            super(null, null, false, false);
            this.row = row;
        }

        /** The row says something new; otherwise the time was up. */
        boolean byRow() {
            return row;
        }
    }

    /** The process lets go of the attempt: the thread unwinds, and changes nothing on its way. */
    static final class LetGo extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private LetGo() {
            super(null, null, false, false);
        }
    }

    @FunctionalInterface
    interface Wait<T> {
        T call() throws InterruptedException;
    }

    /**
     * Waits.
     *
     * @param atMost null: as long as it takes
     * @param heedRow whether news in the attempt's row end the wait; also news of before
     * @throws Woken on such news, or when the time is up
     * @throws LetGo when the process lets go
     */
    <T> T await(@Nullable Duration atMost, boolean heedRow, Wait<T> wait) throws Woken {
        Thread alarm = null;
        Alarm ring = new Alarm();
        try {
            enter(heedRow);
            if (atMost != null) {
                Thread me = Thread.currentThread();
                alarm = Thread.startVirtualThread(() -> ring(me, ring, atMost));
            }
            return wait.call();
        } catch (InterruptedException e) {
            synchronized (this) {
                if (letGo) {
                    throw new LetGo();
                }
                throw new Woken(!ring.rang && heeded(heedRow));
            }
        } finally {
            leave(ring);
            if (alarm != null) {
                alarm.interrupt();
            }
        }
    }

    private static final class Alarm {
        private boolean rang;
        private boolean over;
    }

    private void ring(Thread sleeper, Alarm alarm, Duration after) {
        try {
            Thread.sleep(after);
            synchronized (this) {
                if (!alarm.over) {
                    alarm.rang = true;
                    sleeper.interrupt();
                }
            }
        } catch (InterruptedException e) {
            // What was waited for came in time.
        }
    }

    private synchronized void enter(boolean heedRow) throws Woken {
        if (letGo) {
            throw new LetGo();
        }
        if (heeded(heedRow)) {
            throw new Woken(true);
        }
        waiting = Thread.currentThread();
        waitHeedsRow = heedRow;
    }

    /** News are heeded once: whoever is woken by them reads the row. */
    private boolean heeded(boolean heedRow) {
        boolean news = heedRow && rowChanged;
        rowChanged &= !news;
        return news;
    }

    private synchronized void leave(Alarm alarm) {
        waiting = null;
        alarm.over = true;
        // An interrupt that came too late must not hit what follows.
        boolean unused = Thread.interrupted();
    }

    /** What a file system is asked for. */
    @FunctionalInterface
    interface DiskCall<T> {
        T call() throws IOException;
    }

    /**
     * Asks a file system for something, in a thread that is left behind if it does not answer: one whose server is dead never does, and
     * no interrupt ends the call.
     *
     * @throws Woken on news in the attempt's row, or after {@link #DISK_WITHIN}
     */
    <T> T ofDisk(DiskCall<T> call) throws Woken, IOException {
        FutureTask<T> task = new FutureTask<>(call::call);
        Thread.ofPlatform().daemon().name("disk-" + id.shortForm()).start(task);
        return await(DISK_WITHIN, true, () -> {
                    try {
                        T result = task.get();
                        return (DiskCall<T>) () -> result;
                    } catch (ExecutionException e) {
                        return (DiskCall<T>) () -> {
                            if (e.getCause() instanceof IOException failure) {
                                throw failure;
                            }
                            throw new IllegalStateException(e.getCause());
                        };
                    }
                })
                .call();
    }

    /** A pause that nothing but letting go ends early. */
    void pause(Duration length) {
        try {
            await(null, false, () -> {
                Thread.sleep(length);
                return true;
            });
        } catch (Woken e) {
            throw new IllegalStateException("nothing but letting go wakes this", e);
        }
    }

    /**
     * Repeats it until the database takes it, so that running work survives an outage, which WorkLoop reports. An error of the statement itself is thrown at once.
     */
    <T> T persist(Supplier<T> transaction) {
        Duration pause = Duration.ofMillis(100);
        boolean told = false;
        while (true) {
            try {
                T result = transaction.get();
                if (told) {
                    log.info("database is back attempt={}", id);
                }
                return result;
            } catch (DataAccessException | TransactionException e) {
                if (!Outage.isTransient(e)) {
                    throw e;
                }
                if (!told && !Outage.isAway(e)) {
                    log.warn("database failed, trying until it is back attempt={} error={}", id, e.getMessage());
                    told = true;
                }
                pause(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }
}
