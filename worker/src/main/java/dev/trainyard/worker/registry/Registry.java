package dev.trainyard.worker.registry;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A registry as this host sees it: few pulls at a time, and none while it rests after a failure. */
public final class Registry {

    private static final int AT_ONCE = 3;

    private final Semaphore pulls = new Semaphore(AT_ONCE, true);
    private final Semaphore trial = new Semaphore(1, true);
    private final Semaphore ofKnown;
    private final Semaphore ofUntried;
    private final Semaphore ofFailing;
    private final Backoff backoff;

    /** Tells {@link #backoff} what came of it. */
    public interface Pull {
        void run() throws InterruptedException;
    }

    /**
     * @param ofKnown what registries that have answered before may pull at once, all together
     * @param ofUntried likewise those that have not been asked before: they may say nothing for a while
     * @param ofFailing likewise those that fail
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
     * Pulls in its turn. While the registry fails, one at a time finds out whether it still does.
     *
     * @return that it rests, and nothing was pulled; empty: the pull was run
     */
    public Optional<Backoff.Rest> take(Pull pull) throws InterruptedException {
        pulls.acquire();
        try {
            return takeNow(pull);
        } finally {
            pulls.release();
        }
    }

    /** As {@link #take}, for one that holds a slot meanwhile: it waits for no other pull, unless that finds out whether the registry fails. */
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
            // It may have failed while this one waited.
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
