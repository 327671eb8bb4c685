package dev.trainyard.worker.engine;

/** How a container that was waited for came to its end. */
public sealed interface Exit {

    /** It exited. The engine said so on a connection made since: a stopping engine refuses those (seen on 20.10). */
    record Exited(ContainerStatus status) implements Exit {}

    /** The engine knows no such container (any more): removed by someone else. */
    record Gone() implements Exit {}
}
