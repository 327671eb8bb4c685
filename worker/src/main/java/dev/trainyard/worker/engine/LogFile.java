package dev.trainyard.worker.engine;

/**
 * A log written to a file.
 *
 * @param text size of the file without NUL characters, which a follower of the log does not get
 * @param complete whether it contains everything that the engine had; false if the budget ended it
 */
public record LogFile(long text, boolean complete) {

    /** A follower gets the last line of each stream with a line end, even if the program did not write one. */
    private static final int LINE_ENDS_ADDED = 2;

    /**
     * Approximate size of the log that is not in the file, because the engine rotated its beginning away or the budget ended it.
     *
     * @param followed total size of the followed lines, including line ends
     */
    public long missing(long followed) {
        long missing = followed - text;
        return missing > LINE_ENDS_ADDED ? missing : 0;
    }
}
