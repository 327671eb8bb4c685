package dev.trainyard.worker.engine;

/** What can be done with the engine's networks. */
public interface EngineNetworks {

    /**
     * Makes a bridge without IPv6, whose containers do not reach each other, unless there is a network of that name; returns the one that
     * there is now.
     *
     * @param device of the host, 15 characters at most
     */
    EngineNetwork provideBridge(String name, String device);
}
