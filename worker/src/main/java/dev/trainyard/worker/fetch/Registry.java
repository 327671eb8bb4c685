package dev.trainyard.worker.fetch;

import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/** A registry as this host sees it: few pulls at a time, and none while it rests after a failure. */
final class Registry {

    private static final int AT_ONCE = 3;

    private final Semaphore pulls = new Semaphore(AT_ONCE, true);
    private final Semaphore trial = new Semaphore(1, true);
    private final Backoff backoff;

    interface Pull {
        void run() throws InterruptedException;
    }

    Registry(LongSupplier nanoTime) {
        this.backoff = new Backoff(nanoTime);
    }

    Backoff backoff() {
        return backoff;
    }

    /** Waits for its turn. While the registry fails, one at a time finds out whether it still does. */
    void take(Pull pull) throws InterruptedException {
        pulls.acquire();
        try {
            if (backoff.isFailing()) {
                trial.acquire();
                try {
                    pull.run();
                } finally {
                    trial.release();
                }
            } else {
                pull.run();
            }
        } finally {
            pulls.release();
        }
    }
}
