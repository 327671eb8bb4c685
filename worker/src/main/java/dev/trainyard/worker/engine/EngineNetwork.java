package dev.trainyard.worker.engine;

/**
 * A network of the engine.
 *
 * @param device of the host, by which its packets come; empty: the engine names it
 * @param isolated whether its containers do not reach each other
 */
public record EngineNetwork(String driver, String device, boolean isolated, boolean ipv6) {}
