package dev.trainyard.core.request;

/** The Kafka topics that make up Trainyard's public contract. All three are keyed by job id. */
public final class Topics {
    /** Training requests and cancellations, from any client to the workers. */
    public static final String REQUESTS = "trainyard.requests";

    /** Records of {@link #REQUESTS} that no worker could read, with the reason in their headers. */
    public static final String DEAD_LETTERS = "trainyard.requests.dlt";

    /** What happened to jobs, from the workers to whoever listens. */
    public static final String EVENTS = "trainyard.events";

    private Topics() {}
}
