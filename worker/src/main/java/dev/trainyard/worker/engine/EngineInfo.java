package dev.trainyard.worker.engine;

import java.nio.file.Path;

/**
 * Information about the engine.
 *
 * @param id random id in the engine's data root, which identifies the engine
 * @param dataRoot folder of images and containers, on the engine's host
 */
public record EngineInfo(String id, Path dataRoot) {}
