package dev.trainyard.worker.network;

import dev.trainyard.worker.engine.EngineNetwork;
import dev.trainyard.worker.engine.EngineNetworks;
import dev.trainyard.worker.engine.EngineRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The default network of builds: a bridge network without access to link-local addresses. The policy can choose another network. Workers of
 * one host share it. The network survives a restart of the engine. The rule does not survive a reload of the packet filter, so it is checked
 * before each build.
 */
public final class GuardedNetwork {

    /** Name of the network. */
    public static final String NAME = "trainyard-builds";

    static final String DEVICE = "trainyard-build";

    private final EngineNetworks networks;
    private final Firewall firewall;
    private final LinkLocal linkLocal;

    GuardedNetwork(EngineNetworks networks, Firewall firewall, LinkLocal linkLocal) {
        this.networks = networks;
        this.firewall = firewall;
        this.linkLocal = linkLocal;
    }

    public static GuardedNetwork of(EngineNetworks networks) {
        return new GuardedNetwork(networks, new Firewall("iptables"), LinkLocal.ofHost());
    }

    /** No build may use the network. The message says why, for people. */
    public static final class Unguarded extends Exception {

        private static final long serialVersionUID = 1L;

        public Unguarded(String message) {
            super(message);
        }
    }

    /**
     * Creates the network if it is missing, and adds the rule.
     *
     * @return empty if link-local addresses are blocked; otherwise why this is not certain, although none was found
     * @throws Unguarded if a build could reach one
     */
    public Optional<String> provide() throws Unguarded {
        EngineNetwork network;
        try {
            network = networks.provideBridge(NAME, DEVICE);
        } catch (EngineRefused e) {
            throw new Unguarded("the engine does not create the network %s: %s".formatted(NAME, e.reason()));
        }
        if (!network.equals(new EngineNetwork("bridge", DEVICE, true, false))) {
            throw new Unguarded(
                    "the network %1$s differs from the one that a worker creates. Remove it: docker network rm %1$s"
                            .formatted(NAME));
        }
        if (Files.notExists(Path.of("/sys/class/net", DEVICE))) {
            throw new Unguarded(
                    "this worker does not see the engine's networks, since the engine is on another machine or the worker in a container");
        }
        try {
            firewall.keepFromLinkLocal(DEVICE);
            return Optional.empty();
        } catch (Firewall.Refused e) {
            String why = "the packet filter of this host cannot be told to keep builds from them (%s)"
                    .formatted(e.getMessage());
            Optional<String> found = linkLocal.found();
            if (found.isPresent()) {
                throw new Unguarded("%s, and %s".formatted(found.get(), why));
            }
            return Optional.of(why);
        }
    }
}
