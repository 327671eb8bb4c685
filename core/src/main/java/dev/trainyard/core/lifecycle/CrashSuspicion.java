package dev.trainyard.core.lifecycle;

import java.time.Duration;

/**
 * How strongly an attempt is suspected of crashing its worker's process. This is the only place that decides it. A crashed process had
 * several attempts, and another program may have killed it. So a suspect first rests while the next process runs without it. Then it is
 * tried alone. It is given up only after it crashed three processes in this way, while no process crashed without it.
 *
 * @param deaths the number of processes in a row that crashed soon after they took up the attempt, or soon after a step of the attempt
 * @param trial how long a process must survive with the attempt until the attempt is cleared
 */
public record CrashSuspicion(int deaths, Duration trial) {

    public static final CrashSuspicion NONE = new CrashSuspicion(0, Duration.ZERO);

    /** The number of crashes that may be coincidence. A person who kills a worker twice, or a fault of the host, does not delay attempts. */
    private static final int BY_CHANCE = 1;

    private static final int ALONE = 3;
    private static final int ENOUGH = BY_CHANCE + 1 + ALONE;

    private static final Duration SHORTEST_TRIAL = Duration.ofSeconds(30);
    private static final Duration LONGEST_TRIAL = Duration.ofMinutes(5);
    private static final Duration LONGEST_REST = Duration.ofHours(1);

    /**
     * After the crash of a process that had the attempt.
     *
     * @param lived how long the process had the attempt in its current state, as far as is known
     */
    public CrashSuspicion afterDeathWith(Duration lived) {
        boolean soon = deaths == 0 || lived.compareTo(trial) < 0;
        Duration next = atLeast(SHORTEST_TRIAL, atMost(LONGEST_TRIAL, lived.multipliedBy(2)));
        return new CrashSuspicion(soon ? deaths + 1 : isGivenUp() ? ENOUGH : 1, next);
    }

    /**
     * After the crash of a process that did not have the attempt.
     *
     * @param explained whether the process crashed while it tried another suspect
     */
    public CrashSuspicion afterDeathWithout(boolean explained) {
        return explained || isGivenUp() ? this : NONE;
    }

    /** Whether the attempt is tried without other suspects. */
    public boolean isTriedAlone() {
        return deaths > BY_CHANCE;
    }

    /** Whether workers must no longer take the step that crashes them. */
    public boolean isGivenUp() {
        return deaths >= ENOUGH;
    }

    /**
     * How long the attempt rests after the last crash. Much longer than a trial: if something kills workers at random, it also hits workers
     * without the attempt. An attempt that is given up does not rest, because a worker must take it up to end it.
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
