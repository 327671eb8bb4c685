package dev.trainyard.worker.engine;

import java.time.Instant;

/**
 * A place in a container's log, to go on from.
 *
 * @param timestamp the engine's, of the entry last read; nanoseconds
 * @param count how many entries with this timestamp had been read then
 */
public record LogPoint(Instant timestamp, int count) {}
