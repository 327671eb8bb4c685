package dev.trainyard.launch;

import java.time.Duration;

/** Time as it passes within a process: no one sets it, and a test can let it pass without waiting. */
public interface MonotonicClock {

    /** The clock of the virtual machine. */
    MonotonicClock SYSTEM = new MonotonicClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration length) throws InterruptedException {
            Thread.sleep(length);
        }
    };

    /** Of use only in differences, as {@link System#nanoTime}. */
    long nanoTime();

    void sleep(Duration length) throws InterruptedException;
}
