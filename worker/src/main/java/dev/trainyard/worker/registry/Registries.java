package dev.trainyard.worker.registry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * All registries that this host has used. The number of simultaneous pulls is limited. Registries that fail or do not answer, which can take
 * long, do not block those that are known to answer.
 */
public final class Registries {

    static final int AT_ONCE = 12;
    static final int UNTRIED_AT_ONCE = 24;
    static final int FAILING_AT_ONCE = 4;

    private final Semaphore ofKnown = new Semaphore(AT_ONCE, true);
    private final Semaphore ofUntried = new Semaphore(UNTRIED_AT_ONCE, true);
    private final Semaphore ofFailing = new Semaphore(FAILING_AT_ONCE, true);
    private final Map<String, Registry> byName = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    public Registries(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @param name with its port if it has one, for example {@code docker.io} */
    public Registry of(String name) {
        return byName.computeIfAbsent(name, _ -> new Registry(ofKnown, ofUntried, ofFailing, nanoTime));
    }
}
