package dev.trainyard.worker.registry;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A registry as this host sees it: a few pulls at a time, and none during the pause after a failure. */
public final class Registry {

    private static final int AT_ONCE = 3;

    private final Semaphore pulls = new Semaphore(AT_ONCE, true);
    private final Semaphore trial = new Semaphore(1, true);
    private final Semaphore ofKnown;
    private final Semaphore ofUntried;
    private final Semaphore ofFailing;
    private final Backoff backoff;

    /** A pull, which reports its result to {@link #backoff}. */
    public interface Pull {
        void run() throws InterruptedException;
    }

    /**
     * @param ofKnown limits simultaneous pulls from all registries that have answered before
     * @param ofUntried the same for registries that were not used before, which may not answer for a while
     * @param ofFailing the same for failing registries
     */
    Registry(Semaphore ofKnown, Semaphore ofUntried, Semaphore ofFailing, LongSupplier nanoTime) {
        this.ofKnown = ofKnown;
        this.ofUntried = ofUntried;
        this.ofFailing = ofFailing;
        this.backoff = new Backoff(nanoTime);
    }

    public Backoff backoff() {
        return backoff;
    }

    /**
     * Waits for its turn and pulls. While the registry fails, only one pull at a time tests it.
     *
     * @return the pause, if nothing was pulled because of it; empty if the pull was run
     */
    public Optional<Backoff.Rest> take(Pull pull) throws InterruptedException {
        pulls.acquire();
        try {
            return takeNow(pull);
        } finally {
            pulls.release();
        }
    }

    /** As {@link #take}, for an attempt that holds a slot: it does not wait for other pulls, except for one that tests a failing registry. */
    public Optional<Backoff.Rest> takeAtOnce(Pull pull) throws InterruptedException {
        return backoff.isFailing() ? tryOut(pull, null) : run(pull, null);
    }

    private Optional<Backoff.Rest> takeNow(Pull pull) throws InterruptedException {
        return backoff.isFailing() ? tryOut(pull, ofFailing) : run(pull, backoff.hasSucceeded() ? ofKnown : ofUntried);
    }

    private Optional<Backoff.Rest> tryOut(Pull pull, @Nullable Semaphore bound) throws InterruptedException {
        trial.acquire();
        try {
            return backoff.rest().isPresent() ? backoff.rest() : run(pull, bound);
        } finally {
            trial.release();
        }
    }

    private Optional<Backoff.Rest> run(Pull pull, @Nullable Semaphore bound) throws InterruptedException {
        if (bound != null) {
            bound.acquire();
        }
        try {
            // The registry may have failed during the wait.
            Optional<Backoff.Rest> rest = backoff.rest();
            if (rest.isEmpty()) {
                pull.run();
            }
            return rest;
        } finally {
            if (bound != null) {
                bound.release();
            }
        }
    }
}
