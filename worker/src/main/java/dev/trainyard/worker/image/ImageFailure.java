package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;

/** The image cannot be had; the step's own retries are spent. */
public final class ImageFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Cause verdict;
    private final String evidence;

    ImageFailure(Cause verdict, String message) {
        this(verdict, message, "");
    }

    /**
     * @param message what happened, to what, why, and what to do
     * @param evidence the last lines of a build
     */
    ImageFailure(Cause verdict, String message, String evidence) {
        super(message);
        this.verdict = verdict;
        this.evidence = evidence;
    }

    /** What the attempt ends with. */
    public Cause verdict() {
        return verdict;
    }

    /** What happened, to what, and what to do; for the job's owner. */
    public String detail() {
        return evidence.isEmpty() ? String.valueOf(getMessage()) : getMessage() + "\n" + evidence;
    }
}
