package dev.trainyard.worker.docker;

import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.engine.LogConformance;

/** Docker keeps what an {@link Engine} promises of logs. */
class DockerLogTest extends LogConformance {

    @Override
    protected Engine engine() {
        return HostDocker.engine();
    }
}
