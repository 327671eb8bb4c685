package dev.trainyard.cli.terminal;

/**
 * The client's exit codes. {@code --help} and docs/cli.md list them. Those from 64 on follow sysexits.h. An attached {@code submit}
 * exits with the container's exit code.
 */
public final class ExitCode {

    public static final int OK = 0;

    /** The job failed without a container's exit code. */
    public static final int JOB_FAILED = 1;

    /** Wrong arguments, an unusable file, or a request that the server refuses. */
    public static final int INVALID = 64;

    /** A file, a job or another named object does not exist. */
    public static final int NOT_FOUND = 66;

    /** No server answers. */
    public static final int UNREACHABLE = 69;

    /** A bug in the client or the server. */
    public static final int INTERNAL = 70;

    /** What the command prints cannot be written, for example to a full disk. */
    public static final int OUTPUT_LOST = 74;

    /** The server cannot do this now, because Kafka or Postgres does not answer. Or the followed job is held. */
    public static final int TRY_LATER = 75;

    /** The shell's exit code for a program that Ctrl-C ended (128 + SIGINT). */
    public static final int INTERRUPTED = 130;

    /** The shell's exit code for a program that wrote to a closed pipe (128 + SIGPIPE). */
    public static final int OUTPUT_CLOSED = 141;

    private ExitCode() {}
}
