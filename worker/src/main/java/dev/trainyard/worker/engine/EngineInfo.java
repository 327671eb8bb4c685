package dev.trainyard.worker.engine;

import java.nio.file.Path;

/**
 * What the engine says about itself.
 *
 * @param id random, kept in the engine's data root: another id is another engine
 * @param apiVersion the newest that it speaks, such as {@code 1.41}
 * @param liveRestore whether containers outlive a restart of the engine
 * @param dataRoot where it keeps images and containers, on its own host
 */
public record EngineInfo(String id, String version, String apiVersion, boolean liveRestore, Path dataRoot) {}
