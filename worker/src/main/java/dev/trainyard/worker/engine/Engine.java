package dev.trainyard.worker.engine;

import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.util.Optional;

/**
 * The container engine of this host. Calls block the calling thread, which should be a virtual one. Short calls end within a
 * deadline and are not cut by an interrupt, which is kept for afterwards; those that wait or stream throw {@link
 * InterruptedException} promptly. All of them throw {@link EngineSilent} or {@link EngineRefused}.
 */
public interface Engine extends AutoCloseable {

    EngineInfo info();

    /** Why it cannot limit what a container writes in its own file system; empty: it can. Asked by making a container, which goes away again. */
    Optional<String> objectionToRootFileSystem(DataSize size);

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
