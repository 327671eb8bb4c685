package dev.trainyard.worker.engine;

import java.nio.file.Path;

/**
 * Information about the engine.
 *
 * @param id random id in the engine's data root, which identifies the engine
 * @param apiVersion the newest supported version, for example {@code 1.41}
 * @param liveRestore whether containers survive a restart of the engine
 * @param dataRoot folder of images and containers, on the engine's host
 */
public record EngineInfo(String id, String version, String apiVersion, boolean liveRestore, Path dataRoot) {}
