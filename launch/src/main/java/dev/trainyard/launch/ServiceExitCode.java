package dev.trainyard.launch;

/** How the parts that run for long end; the client's own list is longer. All of them are in docs/cli.md, those from 64 on after sysexits.h. */
public final class ServiceExitCode {

    /** Done, or stopped by SIGTERM or Ctrl-C. */
    public static final int OK = 0;

    /** Wrong arguments, or a file that cannot be used. */
    public static final int INVALID = 64;

    /** A file that does not exist. */
    public static final int NOT_FOUND = 66;

    /** A service that is needed does not answer, or refuses; or something else has what is needed, such as a port. */
    public static final int UNAVAILABLE = 69;

    /** A defect of ours. */
    public static final int DEFECT = 70;

    /** Another process has become this worker. */
    public static final int REPLACED = 76;

    private ServiceExitCode() {}
}
