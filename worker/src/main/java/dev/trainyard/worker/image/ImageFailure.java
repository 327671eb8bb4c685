package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import dev.trainyard.worker.engine.EngineSilent;
import java.time.Duration;
import java.util.Optional;

/** The image is not available, after all retries of the step. */
public final class ImageFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String A_PULL_FAILED = "a pull failed";

    private final Cause verdict;
    private final boolean logged;
    private final String ofRegistry;
    private final boolean ofThisImage;

    ImageFailure(Cause verdict, String message) {
        this(verdict, message, false);
    }

    /**
     * @param message what happened, to what, why, and what to do, in one paragraph
     * @param logged whether the job's log contains more, as the output of the build
     */
    ImageFailure(Cause verdict, String message, boolean logged) {
        this(verdict, message, logged, A_PULL_FAILED);
    }

    private ImageFailure(Cause verdict, String message, boolean logged, String ofRegistry) {
        this(verdict, message, logged, ofRegistry, false);
    }

    private ImageFailure(Cause verdict, String message, boolean logged, String ofRegistry, boolean ofThisImage) {
        super(message);
        this.ofThisImage = ofThisImage;
        this.verdict = verdict;
        this.logged = logged;
        this.ofRegistry = ofRegistry;
    }

    /** @param ofRegistry see {@link #ofRegistry}; empty if other images of the registry are not affected */
    static ImageFailure notPulled(Cause verdict, String message, Optional<String> ofRegistry) {
        return new ImageFailure(verdict, message, false, ofRegistry.orElse(A_PULL_FAILED), ofRegistry.isEmpty());
    }

    /** The image was removed. The next attempt fetches it again. */
    static ImageFailure gone(String reference) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s was removed from this host since it was fetched; it is fetched again".formatted(reference));
    }

    /** The engine sent no message about a pull for too long. */
    static ImageFailure stalled(String reference, Duration silence) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s could not be pulled: no progress for %d s".formatted(reference, silence.toSeconds()),
                false,
                "no progress for %d s".formatted(silence.toSeconds()));
    }

    /** The engine ended a pull without an answer. The next pull may succeed. */
    static ImageFailure brokenOff(String reference, EngineSilent broken) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s could not be pulled: the engine broke the pull off: %s"
                        .formatted(reference, broken.getMessage()),
                false,
                "the engine broke a pull off",
                true);
    }

    /** A pull that takes too long. */
    static ImageFailure tooLong(String reference, Duration time) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s could not be pulled: not complete after %d minutes".formatted(reference, time.toMinutes()),
                false,
                "a pull was not complete after %d minutes".formatted(time.toMinutes()));
    }

    /** The host does not have the image, and the request forbids a pull. */
    public static ImageFailure neverPulled(String reference) {
        return new ImageFailure(
                Cause.IMAGE_UNAVAILABLE,
                "this host has no image %s, and the request says never to pull it (--pull never). Leave that out, or have the image put there"
                        .formatted(reference));
    }

    /** Message about an image whose registry is not used for a while after a failure. */
    public static String resting(String registry, String why) {
        return "registry %s does not give its images: %s".formatted(registry, why);
    }

    /**
     * Description of the failure for jobs with other images of the registry. It does not contain the name of this image, which may contain
     * values that are not public.
     */
    public String ofRegistry() {
        return ofRegistry;
    }

    /** Whether the failure may also affect other images of the registry. */
    public boolean isOfRegistry() {
        return verdict == Cause.IMAGE_PULL_FAILED && !ofThisImage;
    }

    /** The cause with which the attempt ends. */
    public Cause verdict() {
        return verdict;
    }

    /** What happened, to what, and what to do, in one paragraph for the owner of this job. */
    public String detail(JobId job) {
        String message = String.valueOf(getMessage());
        return logged ? "%s. The complete output: trainyard logs %s".formatted(message, job) : message;
    }
}
