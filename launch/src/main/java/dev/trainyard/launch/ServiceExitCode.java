package dev.trainyard.launch;

/** Exit codes of the long-running processes. The client has more. docs/cli.md lists all. Those from 64 on follow sysexits.h. */
public final class ServiceExitCode {

    /** Done, or stopped by SIGTERM or Ctrl-C. */
    public static final int OK = 0;

    /** Wrong arguments, or a file that cannot be used. */
    public static final int INVALID = 64;

    /** A file that does not exist. */
    public static final int NOT_FOUND = 66;

    /** A required service does not answer or refuses, or a required resource, such as a port, is taken. */
    public static final int UNAVAILABLE = 69;

    /** A defect of Trainyard. */
    public static final int DEFECT = 70;

    /** Another process has taken over this worker's identity. */
    public static final int REPLACED = 76;

    private ServiceExitCode() {}
}
