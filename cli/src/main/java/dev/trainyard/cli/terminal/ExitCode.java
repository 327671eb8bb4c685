package dev.trainyard.cli.terminal;

/**
 * How the client ends, for scripts; listed in {@code --help} and docs/cli.md. Those from 64 on are those of sysexits.h. An attached
 * {@code submit} ends with the container's own exit code.
 */
public final class ExitCode {

    public static final int OK = 0;

    /** The job did not succeed, and no container said how. */
    public static final int JOB_FAILED = 1;

    /** Wrong arguments, a file that cannot be used, or a request that the server refuses. */
    public static final int INVALID = 64;

    /** A file, a job or whatever else was named does not exist. */
    public static final int NOT_FOUND = 66;

    /** No server answers. */
    public static final int UNREACHABLE = 69;

    /** A defect of the client or the server. */
    public static final int INTERNAL = 70;

    /** The server cannot do it now: Kafka or Postgres does not answer; or the job that was followed is held. */
    public static final int TRY_LATER = 75;

    /** What a shell reports of a program that Ctrl-C ended (128 + SIGINT). */
    public static final int INTERRUPTED = 130;

    /** What a shell reports of a program whose output nobody reads any more (128 + SIGPIPE). */
    public static final int OUTPUT_CLOSED = 141;

    private ExitCode() {}
}
