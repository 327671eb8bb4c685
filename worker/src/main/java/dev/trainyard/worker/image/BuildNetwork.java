package dev.trainyard.worker.image;

import dev.trainyard.worker.network.GuardedNetwork.Unguarded;
import java.util.Optional;

/** Provides the default network of builds, as {@link dev.trainyard.worker.network.GuardedNetwork} does. */
@FunctionalInterface
interface BuildNetwork {

    /** Returns why it is not certain that link-local addresses are blocked. Empty if it is certain. */
    Optional<String> provide() throws Unguarded;
}
