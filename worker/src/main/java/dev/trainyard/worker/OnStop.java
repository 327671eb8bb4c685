package dev.trainyard.worker;

/** What a polite stop of a worker does to the trainings that run. */
public enum OnStop {
    /** They run on; the next process with the same state directory goes on with them. */
    LEAVE,
    /** The worker takes nothing new, and ends when the last has ended. */
    DRAIN,
    /** They are stopped as their requests say, and queued again in their old places; the worker ends when they have ended. */
    STOP_JOBS
}
