package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;

/** The image cannot be had. */
public final class ImageFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Cause verdict;
    private final String detail;

    ImageFailure(Cause verdict, String detail) {
        super("%s: %s".formatted(verdict, detail));
        this.verdict = verdict;
        this.detail = detail;
    }

    /** What the attempt ends with. */
    public Cause verdict() {
        return verdict;
    }

    /** What happened, to what, and what to do; for the job's owner. */
    public String detail() {
        return detail;
    }
}
