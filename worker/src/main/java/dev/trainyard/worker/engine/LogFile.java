package dev.trainyard.worker.engine;

/**
 * A log written to a file.
 *
 * @param bytes how long the file is
 * @param text how much of that whoever follows the log is told: all but NUL
 * @param complete whether all that the engine had is there; otherwise the budget ended it
 */
public record LogFile(long bytes, long text, boolean complete) {

    /** The last line of each stream is followed as a line, also if the program did not end it. */
    private static final int LINE_ENDS_ADDED = 2;

    /**
     * How much of the log is not in the file, about: the engine had turned its beginning over, or the budget ended the file.
     *
     * @param followed bytes of the lines that were followed, each with its end
     */
    public long missing(long followed) {
        long missing = followed - text;
        return missing > LINE_ENDS_ADDED ? missing : 0;
    }
}
