package dev.trainyard.core.training;

import dev.trainyard.core.reading.Notice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A compose service, understood. It lacks only the image source, which for a build needs the digest of the packed context: the
 * caller packs {@code build().context()}, uploads it, and asks {@link #builtFrom}; else it takes {@link #pulled}.
 *
 * @param service name of the service
 * @param containerName the file's {@code container_name}, which names the job
 * @param image the file's {@code image}; beside a build it is the tag
 * @param pull when the image is pulled, where it is not built
 * @param build null if the file builds nothing
 * @param notices what the submitter should know, in the order of the file
 */
public record TrainingSpec(
        String service,
        @Nullable String containerName,
        @Nullable String image,
        ImageSource.Pull pull,
        @Nullable BuildSpec build,
        RunSpec run,
        Gpus gpus,
        Map<String, String> labels,
        Duration gracePeriod,
        List<Notice> notices) {

    /** The same, its image built so and named by {@link #image}. */
    public TrainingSpec built(BuildSpec from) {
        return new TrainingSpec(service, containerName, image, pull, from, run, gpus, labels, gracePeriod, notices);
    }

    /** The same, of which the history shows the values of these variables too. */
    public TrainingSpec publishing(List<String> variables) {
        return new TrainingSpec(
                service,
                containerName,
                image,
                pull,
                build,
                run.withPublicVariables(variables),
                gpus,
                labels,
                gracePeriod,
                notices);
    }

    /** The image by its name. @throws IllegalStateException if the file names none */
    public ImageSource pulled() {
        if (image == null) {
            throw new IllegalStateException("service %s names no image".formatted(service));
        }
        return new ImageSource.Reference(image, pull);
    }

    /**
     * The image built from a packed context, as {@code docker build} would.
     *
     * @param contextDigest {@code sha256:} and 64 hexadecimal digits
     */
    public ImageSource builtFrom(String contextDigest) {
        return build == null
                ? new ImageSource.Build(contextDigest, "Dockerfile", Map.of(), null, image)
                : new ImageSource.Build(contextDigest, build.dockerfile(), build.args(), build.target(), image);
    }

    /** The job's name, if the submitter gives none. */
    public String name() {
        String name = containerName == null ? service.replaceFirst("^[._-]+", "") : containerName;
        return name.isEmpty() ? "training" : name;
    }
}
