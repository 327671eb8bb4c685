package dev.trainyard.worker.engine;

/**
 * A device that an attempt holds.
 *
 * @param key UUID of the GPU or MIG device, or the name of a run slot
 * @param gpu whether the container gets it; a run slot is only counted
 */
public record ReservedDevice(String key, boolean gpu) {}
