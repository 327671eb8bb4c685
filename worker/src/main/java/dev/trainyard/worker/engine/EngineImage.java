package dev.trainyard.worker.engine;

import dev.trainyard.core.text.ImageName;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image that the host has.
 *
 * @param id {@code sha256:…} of its configuration: what is in it, wherever it came from
 * @param repoTags its names on the engine
 * @param repoDigests {@code repository@sha256:…} for each registry that it was pulled from; built images have none
 * @param platform what it is for
 * @param onBuild instructions that a build from it begins with
 * @param volumes folders that it declares as {@code VOLUME}
 */
public record EngineImage(
        String id,
        List<String> repoTags,
        List<String> repoDigests,
        EnginePlatform platform,
        List<String> onBuild,
        List<String> volumes) {

    /** Whether that is a name of it: the engine also finds images by the beginning of their id. */
    public boolean isNamed(String reference) {
        String inFull = ImageName.inFull(reference);
        return Stream.concat(repoTags.stream(), repoDigests.stream())
                .anyMatch(name -> ImageName.inFull(name).equals(inFull));
    }
}
