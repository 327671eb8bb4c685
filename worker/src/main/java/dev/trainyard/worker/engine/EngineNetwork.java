package dev.trainyard.worker.engine;

/**
 * A network of the engine.
 *
 * @param device the host's network device of this network; empty if the engine chooses the name
 * @param isolated whether its containers cannot reach each other
 */
public record EngineNetwork(String driver, String device, boolean isolated, boolean ipv6) {}
