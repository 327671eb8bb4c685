package dev.trainyard.core.lifecycle;

import java.time.Duration;

/** How long an attempt may stay in a state. A worker enforces the deadlines of its own attempts, and the planner those of absent workers. */
public final class Deadlines {

    /** RESERVED: until the worker takes up the attempt. */
    public static final Duration CLAIM = Duration.ofSeconds(60);

    /** PREPARING: for the image and the container. */
    public static final Duration PREPARE = Duration.ofMinutes(60);

    /** COLLECTING: for the log and the outputs. */
    public static final Duration COLLECT = Duration.ofHours(6);

    private Deadlines() {}
}
