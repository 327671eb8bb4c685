package dev.trainyard.core.lifecycle;

/** What a worker does about an attempt that was lost with its host, now that the host is back: a table over what became of the job. */
public final class LostAttemptDecision {

    private LostAttemptDecision() {}

    /** What to do. */
    public enum Next {
        /** Nothing has replaced it: it goes on, whether its container still runs or has exited meanwhile. */
        REINSTATE,
        /** Someone holds the job. A training that has started goes on; one that has not must not start now. */
        REINSTATE_IF_STARTED,
        /** Something newer has replaced it, or nobody wants it any more: its container is stopped, and what it held is freed. */
        GIVE_UP
    }

    /**
     * Decides.
     *
     * @param job its state now
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
            // RUNNING is of an attempt newer than this one.
            case RUNNING, SUCCEEDED, FAILED, CANCELLED -> Next.GIVE_UP;
        };
    }
}
