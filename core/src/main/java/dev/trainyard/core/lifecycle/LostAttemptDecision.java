package dev.trainyard.core.lifecycle;

/** Decides what a worker does with an attempt that was lost with its host, after the host is back. Depends on the job's state. */
public final class LostAttemptDecision {

    private LostAttemptDecision() {}

    /** What to do. */
    public enum Next {
        /** The attempt was not replaced. It continues, whether its container still runs or has exited. */
        REINSTATE,
        /** The job is held. A training that has started continues. One that has not started must not start. */
        REINSTATE_IF_STARTED,
        /** A newer attempt has replaced it, or the job is over: the container is stopped, and its devices are freed. */
        GIVE_UP
    }

    /**
     * Decides.
     *
     * @param job the current state of the job
     * @param newest whether no newer attempt of the job was placed
     * @param lostIn the state in which the attempt was lost
     */
    public static Next next(JobState job, boolean newest, AttemptState lostIn) {
        if (!newest) {
            return Next.GIVE_UP;
        }
        return switch (job) {
            case QUEUED -> Next.REINSTATE;
            case HELD -> lostIn == AttemptState.RUNNING ? Next.REINSTATE : Next.REINSTATE_IF_STARTED;
            // A newer attempt is RUNNING.
            case RUNNING, SUCCEEDED, FAILED, CANCELLED -> Next.GIVE_UP;
        };
    }
}
