package dev.trainyard.worker.engine;

/** Operations on networks. */
public interface EngineNetworks {

    /**
     * Creates a bridge network without IPv6 whose containers cannot reach each other, unless a network with that name exists. Returns the
     * network.
     *
     * @param device name of the host's network device, at most 15 characters
     */
    EngineNetwork provideBridge(String name, String device);
}
