package dev.trainyard.worker.engine;

import java.io.IOException;

/**
 * The container engine of this host. Calls block the calling thread, which should be a virtual one. Short calls end within a
 * deadline and are not cut by an interrupt, which is kept for afterwards; those that wait or stream throw {@link
 * InterruptedException} promptly. All of them throw {@link EngineSilent} or {@link EngineRefused}.
 */
public interface Engine extends AutoCloseable {

    EngineInfo info();

    /** Returns if the engine answers. */
    void ping();

    Containers containers();

    EngineImages images();

    EngineVolumes volumes();

    EngineNetworks networks();

    /** Ends the connections. Containers run on. */
    @Override
    void close() throws IOException;
}
