package dev.trainyard.worker.container;

/**
 * A log written to a file.
 *
 * @param complete whether all that the engine had is there; otherwise the budget ended it
 */
public record LogFile(long bytes, boolean complete) {}
