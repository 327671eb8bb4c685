package dev.trainyard.core.lifecycle;

import java.time.Duration;

/**
 * How strongly an attempt is suspected of ending the process of its worker: the only place where that is decided. A process that ends without
 * a word had several attempts in hand, and somebody else may have killed it. So a suspect rests first, while the next process has to live
 * without it; then it is tried alone; and only one that ended three processes in that way, while none ended without it, is given up.
 *
 * @param deaths how many processes in a row ended unexpectedly, each soon after it had taken the attempt up or the attempt had taken a step
 * @param trial for how long a process has to live with the attempt in hand until the attempt is cleared
 */
public record CrashSuspicion(int deaths, Duration trial) {

    public static final CrashSuspicion NONE = new CrashSuspicion(0, Duration.ZERO);

    /** So many deaths it may have been there by chance: whoever kills a worker twice, or a fault of the host, delays no attempt. */
    private static final int BY_CHANCE = 1;

    private static final int ALONE = 3;
    private static final int ENOUGH = BY_CHANCE + 1 + ALONE;

    private static final Duration SHORTEST_TRIAL = Duration.ofSeconds(30);
    private static final Duration LONGEST_TRIAL = Duration.ofMinutes(5);
    private static final Duration LONGEST_REST = Duration.ofHours(1);

    /**
     * A process ended unexpectedly that had the attempt in hand.
     *
     * @param lived how long it had it in hand, and the attempt was in its state, as far as is known
     */
    public CrashSuspicion afterDeathWith(Duration lived) {
        boolean soon = deaths == 0 || lived.compareTo(trial) < 0;
        Duration next = atLeast(SHORTEST_TRIAL, atMost(LONGEST_TRIAL, lived.multipliedBy(2)));
        return new CrashSuspicion(soon ? deaths + 1 : isGivenUp() ? ENOUGH : 1, next);
    }

    /**
     * A process ended unexpectedly that did not have the attempt in hand.
     *
     * @param explained whether it ended while it tried another one
     */
    public CrashSuspicion afterDeathWithout(boolean explained) {
        return explained || isGivenUp() ? this : NONE;
    }

    /** Whether nothing else that is suspected is in hand with it. */
    public boolean isTriedAlone() {
        return deaths > BY_CHANCE;
    }

    /** Whether what ends the worker is not to be done for it any more. */
    public boolean isGivenUp() {
        return deaths >= ENOUGH;
    }

    /**
     * How long it stays in nobody's hands after the last death. Much longer than a trial: whoever kills workers now and then hits some that
     * do not have it. One that is given up at last has to be taken up for that.
     */
    public Duration rest() {
        return deaths <= BY_CHANCE || deaths == ENOUGH
                ? Duration.ZERO
                : atMost(LONGEST_REST, trial.multipliedBy(1L << Math.min(deaths - BY_CHANCE, 20)));
    }

    private static Duration atMost(Duration limit, Duration length) {
        return length.compareTo(limit) < 0 ? length : limit;
    }

    private static Duration atLeast(Duration limit, Duration length) {
        return length.compareTo(limit) > 0 ? length : limit;
    }
}
