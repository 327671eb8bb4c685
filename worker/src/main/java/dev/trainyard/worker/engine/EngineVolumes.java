package dev.trainyard.worker.engine;

import java.util.Optional;

/** What can be done with the engine's volumes. */
public interface EngineVolumes {

    /** Empty: the host does not have it. */
    Optional<EngineVolume> inspect(String name);

    /**
     * Makes the volume for a team, unless there is one of that name; returns the one that there is now.
     *
     * @throws StartRefused the engine makes none
     */
    EngineVolume provide(String name, String team);
}
