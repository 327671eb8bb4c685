package dev.trainyard.core.request;

/** Trainyard's Kafka topics, which are part of its public interface. The key of every record is the job id. */
public final class Topics {
    /** Submissions and cancellations, from clients to workers. */
    public static final String REQUESTS = "trainyard.requests";

    /** Records of {@link #REQUESTS} that workers refused, with the reason in their headers. */
    public static final String DEAD_LETTERS = "trainyard.requests.dlt";

    /** Events of jobs and workers, from the workers to all subscribers. */
    public static final String EVENTS = "trainyard.events";

    private Topics() {}
}
