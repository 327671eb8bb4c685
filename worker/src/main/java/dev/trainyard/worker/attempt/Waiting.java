package dev.trainyard.worker.attempt;

import dev.trainyard.launch.MonotonicClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The waits of an attempt's thread. Other threads report that the row has changed, or that the process lets go of the attempt. Both
 * interrupt the thread only during a wait: an interrupt during a call to the database would break its connection.
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

    /** The attempt's row has a stop reason or an end: the thread reads the row again before it waits on. */
    synchronized void rowChanged() {
        rowChanged = true;
        if (waiting != null && waitHeedsRow) {
            waiting.interrupt();
        }
    }

    /** This process ends. The container continues, and the next process continues from the row. */
    synchronized void letGo() {
        letGo = true;
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /** The wait ended early. */
    static final class Woken extends Exception {

        private static final long serialVersionUID = 1L;

        private final boolean row;

        private Woken(boolean row) {
            super(null, null, false, false);
            this.row = row;
        }

        /** Whether the row has changed. Otherwise the time was up. */
        boolean byRow() {
            return row;
        }
    }

    /** The process lets go of the attempt. The thread unwinds, and changes nothing. */
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
     * @param atMost null for no limit
     * @param heedRow whether a change of the row ends the wait; a change since the last such wait ends it at once
     * @throws Woken if the row has changed, or when the time is up
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

    /** A wait that only {@link #letGo} ends early. */
    <T> T uninterrupted(Wait<T> wait) {
        try {
            return await(null, false, wait);
        } catch (Woken e) {
            throw new IllegalStateException("nothing but letting go wakes this", e);
        }
    }

    /** A pause that only {@link #letGo} ends early. */
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
            // The wait has ended in time.
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

    /** Whether the row has changed. Each change ends one wait, because the thread then reads the row. */
    private boolean heeded(boolean heedRow) {
        boolean news = heedRow && rowChanged;
        rowChanged &= !news;
        return news;
    }

    private synchronized void leave(Alarm alarm) {
        waiting = null;
        alarm.over = true;
        // A late interrupt must not hit the code after the wait.
        boolean unused = Thread.interrupted();
    }
}
