package dev.trainyard.worker.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Docker volume that the host has.
 *
 * @param options of its driver, such as {@code device}
 * @param team for whose jobs a worker made it, empty for jobs without a team; null: somebody else made it
 */
public record EngineVolume(
        Map<String, String> options, @Nullable String team) {}
