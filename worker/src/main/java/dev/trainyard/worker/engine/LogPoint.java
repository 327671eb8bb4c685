package dev.trainyard.worker.engine;

import java.time.Instant;

/**
 * A position in a container's log from which to continue.
 *
 * @param timestamp the engine's timestamp of the last entry, in nanoseconds
 * @param count number of entries with this timestamp that were read
 */
public record LogPoint(Instant timestamp, int count) {}
