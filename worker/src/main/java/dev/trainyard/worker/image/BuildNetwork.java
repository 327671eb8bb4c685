package dev.trainyard.worker.image;

import dev.trainyard.worker.network.GuardedNetwork.Unguarded;
import java.util.Optional;

/** Provides the network of builds that the built-in policy names, as {@link dev.trainyard.worker.network.GuardedNetwork} does. */
@FunctionalInterface
interface BuildNetwork {

    /** Returns why it is not certain that no link-local address is reached; empty: it is. */
    Optional<String> provide() throws Unguarded;
}
