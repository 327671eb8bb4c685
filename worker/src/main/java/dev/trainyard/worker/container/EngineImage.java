package dev.trainyard.worker.container;

import java.util.List;

/**
 * An image that the host has.
 *
 * @param id {@code sha256:…} of its configuration: what is in it, wherever it came from
 * @param repoDigests {@code repository@sha256:…} for each registry that it was pulled from; built images have none
 * @param onBuild instructions that a build from it begins with
 */
public record EngineImage(String id, List<String> repoDigests, List<String> onBuild) {}
