package dev.trainyard.worker;

/** What happens to running trainings when a worker is stopped by SIGTERM. */
public enum OnStop {
    /** They continue. The next process with the same state directory takes them over. */
    LEAVE,
    /** The worker accepts nothing new and ends after the last training. */
    DRAIN,
    /** They are stopped as their requests say and return to their old places in the queue. The worker ends after that. */
    STOP_JOBS
}
