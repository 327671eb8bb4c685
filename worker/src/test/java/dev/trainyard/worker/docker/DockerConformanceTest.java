package dev.trainyard.worker.docker;

import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.engine.EngineConformance;
import java.net.URI;

/** Docker keeps what an {@link Engine} promises. */
class DockerConformanceTest extends EngineConformance {

    @Override
    protected Engine engine() {
        return HostDocker.engine();
    }

    @Override
    protected Engine silentEngine() {
        return DockerEngine.open(URI.create("unix:///nowhere/docker.sock"));
    }
}
