package dev.trainyard.worker.docker;

import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.engine.Workshop;

/** The Docker engine of the machine that runs the tests. */
public final class HostDocker {

    private HostDocker() {}

    public static Engine engine() {
        return DockerEngine.fromEnvironment(System.getenv());
    }

    public static Workshop workshop() {
        return new Workshop(engine());
    }
}
