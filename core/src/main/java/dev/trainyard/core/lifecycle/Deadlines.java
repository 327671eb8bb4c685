package dev.trainyard.core.lifecycle;

import java.time.Duration;

/** How long an attempt may stay in a state. A worker keeps them for its own attempts, the planner for those of absent workers. */
public final class Deadlines {

    /** RESERVED: the worker has to take it up. */
    public static final Duration CLAIM = Duration.ofSeconds(60);

    /** PREPARING: image and container. */
    public static final Duration PREPARE = Duration.ofMinutes(60);

    /** COLLECTING: the log and the outputs. */
    public static final Duration COLLECT = Duration.ofHours(6);

    private Deadlines() {}
}
