package dev.trainyard.worker.network;

import dev.trainyard.worker.engine.EngineNetwork;
import dev.trainyard.worker.engine.EngineNetworks;
import dev.trainyard.worker.engine.EngineRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The network in which builds work unless the policy names another: a bridge of Trainyard's own, from which no link-local address is reached.
 * Workers of one host share it. The engine keeps the network when it starts anew; a packet filter that is loaded anew forgets the rule, so it
 * is looked for before each build.
 */
public final class GuardedNetwork {

    /** The engine's name of it. */
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

    /** No build may work in it; the message says why, for people. */
    public static final class Unguarded extends Exception {

        private static final long serialVersionUID = 1L;

        public Unguarded(String message) {
            super(message);
        }
    }

    /**
     * Makes it, if it is not there, and guards it.
     *
     * @return empty: no link-local address is reached from it; else why that is not certain, although none was found
     * @throws Unguarded if a build could reach one
     */
    public Optional<String> provide() throws Unguarded {
        EngineNetwork network;
        try {
            network = networks.provideBridge(NAME, DEVICE);
        } catch (EngineRefused e) {
            throw new Unguarded("the engine does not make the network %s: %s".formatted(NAME, e.reason()));
        }
        if (!network.equals(new EngineNetwork("bridge", DEVICE, true, false))) {
            throw new Unguarded(
                    "the network %1$s is not as a worker makes it. Remove it: docker network rm %1$s".formatted(NAME));
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
