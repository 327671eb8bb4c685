package dev.trainyard.worker.engine;

/**
 * A device that the attempt holds.
 *
 * @param key what the hardware calls itself (GPU or MIG UUID), or the name of a stand-in slot
 * @param gpu whether the engine is to hand it to the container; a stand-in slot is only counted
 */
public record ReservedDevice(String key, boolean gpu) {}
