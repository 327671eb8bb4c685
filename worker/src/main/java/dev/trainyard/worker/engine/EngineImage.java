package dev.trainyard.worker.engine;

import dev.trainyard.core.text.ImageName;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image on the host.
 *
 * @param id {@code sha256:…} of its configuration, which identifies its content
 * @param repoTags its names on the engine
 * @param repoDigests {@code repository@sha256:…} for each registry that it was pulled from; empty for built images
 * @param platform for which it was built
 * @param onBuild ONBUILD instructions, with which a build from this image begins
 * @param volumes folders that it declares with {@code VOLUME}
 * @param environment of its programs, as {@code NAME=value}
 */
public record EngineImage(
        String id,
        List<String> repoTags,
        List<String> repoDigests,
        EnginePlatform platform,
        List<String> onBuild,
        List<String> volumes,
        List<String> environment) {

    /** Whether the reference is a name of the image. The engine also finds images by a prefix of the id. */
    public boolean isNamed(String reference) {
        String inFull = ImageName.inFull(reference);
        return Stream.concat(repoTags.stream(), repoDigests.stream())
                .anyMatch(name -> ImageName.inFull(name).equals(inFull));
    }
}
