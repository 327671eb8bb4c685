package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.AttemptId;

/**
 * The attempt that a container runs.
 *
 * @param number counts from 1 within the job
 */
public record AttemptRef(AttemptId id, int number) {}
