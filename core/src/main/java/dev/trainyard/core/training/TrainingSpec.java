package dev.trainyard.core.training;

import dev.trainyard.core.reading.Notice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training read from a compose file or a run line, without its image source. If it has a build, the caller packs and uploads
 * {@code build().context()} and calls {@link #builtFrom} with the digest. Otherwise it calls {@link #pulled}.
 *
 * @param service name of the service
 * @param containerName the file's {@code container_name}, which becomes the job's name
 * @param image the file's {@code image}; with a build, the tag of the built image
 * @param pull when to pull an image that is not built
 * @param build null without a build
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

    /** The same with this build; {@link #image} becomes the tag. */
    public TrainingSpec built(BuildSpec from) {
        return new TrainingSpec(service, containerName, image, pull, from, run, gpus, labels, gracePeriod, notices);
    }

    /** The same with these variables public as well, so that the history shows their values. */
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

    /** The same training with another run. */
    public TrainingSpec with(RunSpec other) {
        return new TrainingSpec(service, containerName, image, pull, build, other, gpus, labels, gracePeriod, notices);
    }

    /** The named image. @throws IllegalStateException if the file names none */
    public ImageSource pulled() {
        if (image == null) {
            throw new IllegalStateException("service %s names no image".formatted(service));
        }
        return new ImageSource.Reference(image, pull);
    }

    /**
     * An image that the worker builds from a packed context, as {@code docker build} does.
     *
     * @param contextDigest {@code sha256:} and 64 hexadecimal digits
     */
    public ImageSource builtFrom(String contextDigest) {
        return build == null
                ? new ImageSource.Build(contextDigest, "Dockerfile", Map.of(), null, image)
                : new ImageSource.Build(contextDigest, build.dockerfile(), build.args(), build.target(), image);
    }

    /** The default name of the job. */
    public String name() {
        String name = containerName == null ? service.replaceFirst("^[._-]+", "") : containerName;
        return name.isEmpty() ? "training" : name;
    }
}
