package dev.trainyard.worker.attempt;

import dev.trainyard.launch.MonotonicClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt's thread waits, and is woken. Others may say that the row has changed, or that the process lets go of the attempt; the
 * thread hears of it only where it waits, never in the middle of a call to the database, whose connection an interrupt would break.
 */
final class Waiting {

    private final MonotonicClock clock;
    private boolean rowChanged;
    private boolean letGo;
    private @Nullable Thread waiting;
    private boolean waitHeedsRow;

    Waiting(MonotonicClock clock) {
        this.clock = clock;
    }

    /** The attempt's row says something new, a stop reason or its end: the thread reads it again before it waits on. */
    synchronized void rowChanged() {
        rowChanged = true;
        if (waiting != null && waitHeedsRow) {
            waiting.interrupt();
        }
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
     * @throws IllegalStateException within another wait
     */
    <T> T await(@Nullable Duration atMost, boolean heedRow, Wait<T> wait) throws Woken {
        Thread alarm = null;
        Alarm ring = new Alarm();
        enter(heedRow);
        try {
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

    /** A wait that nothing but letting go ends early. */
    <T> T uninterrupted(Wait<T> wait) {
        try {
            return await(null, false, wait);
        } catch (Woken e) {
            throw new IllegalStateException("nothing but letting go wakes this", e);
        }
    }

    /** A pause that nothing but letting go ends early. */
    void pause(Duration length) {
        uninterrupted(() -> {
            clock.sleep(length);
            return true;
        });
    }

    private static final class Alarm {
        private boolean rang;
        private boolean over;
    }

    private void ring(Thread sleeper, Alarm alarm, Duration after) {
        try {
            clock.sleep(after);
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
        if (waiting != null) {
            // After the inner wait, nothing could wake the outer one; and the outer alarm would ring in the inner wait.
            throw new IllegalStateException("the attempt's thread waits within a wait");
        }
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
}
