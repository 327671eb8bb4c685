package dev.trainyard.worker.engine;

import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.util.Optional;

/**
 * The container engine of this host. Calls block the calling thread, which should be a virtual one. Short calls end within a
 * deadline. An interrupt does not end them; the thread remains interrupted afterwards. Calls that wait or stream throw {@link
 * InterruptedException} promptly. All calls can throw {@link EngineSilent} or {@link EngineRefused}.
 */
public interface Engine extends AutoCloseable {

    EngineInfo info();

    /** Why the engine cannot limit the size of a root file system. Empty if it can. Tries it with a container, which it removes again. */
    Optional<String> objectionToRootFileSystem(DataSize size);

    /** Returns if the engine answers. */
    void ping();

    Containers containers();

    EngineImages images();

    EngineVolumes volumes();

    EngineNetworks networks();

    /** Closes the connections. Containers continue. */
    @Override
    void close() throws IOException;
}
