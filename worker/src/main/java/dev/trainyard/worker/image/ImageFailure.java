package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import dev.trainyard.worker.engine.EngineSilent;
import java.time.Duration;

/** The image cannot be had; the step's own retries are spent. */
public final class ImageFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Cause verdict;
    private final boolean logged;
    private final String ofRegistry;
    private final boolean ofEngine;

    ImageFailure(Cause verdict, String message) {
        this(verdict, message, false);
    }

    /**
     * @param message what happened, to what, why, and what to do, in one paragraph
     * @param logged whether the build's output, which is in the job's log, has more to say
     */
    ImageFailure(Cause verdict, String message, boolean logged) {
        this(verdict, message, logged, "a pull failed");
    }

    private ImageFailure(Cause verdict, String message, boolean logged, String ofRegistry) {
        this(verdict, message, logged, ofRegistry, false);
    }

    private ImageFailure(Cause verdict, String message, boolean logged, String ofRegistry, boolean ofEngine) {
        super(message);
        this.ofEngine = ofEngine;
        this.verdict = verdict;
        this.logged = logged;
        this.ofRegistry = ofRegistry;
    }

    /** @param ofRegistry see {@link #ofRegistry} */
    static ImageFailure notPulled(Cause verdict, String message, String ofRegistry) {
        return new ImageFailure(verdict, message, false, ofRegistry);
    }

    /** Another attempt has it fetched again. */
    static ImageFailure gone(String reference) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s was removed from this host since it was fetched; it is fetched again".formatted(reference));
    }

    /** A pull of which nothing was heard for so long. */
    static ImageFailure stalled(String reference, Duration silence) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s could not be pulled: nothing was heard of it for %d s"
                        .formatted(reference, silence.toSeconds()),
                false,
                "nothing was heard of it for %d s".formatted(silence.toSeconds()));
    }

    /** A pull that the engine ended without an answer; to another one it may give one. */
    static ImageFailure brokenOff(String reference, EngineSilent broken) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s could not be pulled: the engine broke the pull off: %s"
                        .formatted(reference, broken.getMessage()),
                false,
                "the engine broke a pull off",
                true);
    }

    /** A pull that goes on and on. */
    static ImageFailure tooLong(String reference, Duration time) {
        return new ImageFailure(
                Cause.IMAGE_PULL_FAILED,
                "image %s could not be pulled: it was not there after %d minutes"
                        .formatted(reference, time.toMinutes()),
                false,
                "an image was not there after %d minutes".formatted(time.toMinutes()));
    }

    /** The host does not have it, and may not pull it. */
    public static ImageFailure neverPulled(String reference) {
        return new ImageFailure(
                Cause.IMAGE_UNAVAILABLE,
                "this host has no image %s, and the request says never to pull it (--pull never). Leave that out, or have the image put there"
                        .formatted(reference));
    }

    /** What is said of an image whose registry is left alone after a failure. */
    public static String resting(String registry, String why) {
        return "registry %s does not give its images: %s".formatted(registry, why);
    }

    /**
     * What whoever wants another image of the registry is told of it: nothing of this image, whose name may be made of values that are not for
     * everybody.
     */
    public String ofRegistry() {
        return ofRegistry;
    }

    /** Whether the registry may not give other images either. */
    public boolean isOfRegistry() {
        return verdict == Cause.IMAGE_PULL_FAILED && !ofEngine;
    }

    /** What the attempt ends with. */
    public Cause verdict() {
        return verdict;
    }

    /** What happened, to what, and what to do, in one paragraph for the owner of this job. */
    public String detail(JobId job) {
        String message = String.valueOf(getMessage());
        return logged ? "%s. The complete output: trainyard logs %s".formatted(message, job) : message;
    }
}
