package dev.trainyard.worker.engine;

import java.util.Optional;

/** Operations on volumes. */
public interface EngineVolumes {

    /** Empty if the host does not have it. */
    Optional<EngineVolume> inspect(String name);

    /**
     * Creates the volume for a team, unless a volume with that name exists. Returns the volume.
     *
     * @throws StartRefused if the engine refuses to create it
     */
    EngineVolume provide(String name, String team);
}
