package dev.trainyard.worker.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Docker volume on the host.
 *
 * @param options of its driver, for example {@code device}
 * @param team for whose jobs a worker created it, empty for jobs without a team; null if no worker created it
 */
public record EngineVolume(
        Map<String, String> options, @Nullable String team) {}
