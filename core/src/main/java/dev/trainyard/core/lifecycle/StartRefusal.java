package dev.trainyard.core.lifecycle;

/** Why an engine refused to create or start a container. Its name is stored with the attempt, and clients choose their exit code by it. */
public enum StartRefusal {
    /** A bind source is not there. */
    MOUNT_MISSING(Cause.MOUNT_MISSING),

    /** Something that is not ours listens on a host port: later it may be free. */
    PORT_TAKEN(Cause.PORT_IN_USE),

    /** The image has no such program. */
    NO_SUCH_PROGRAM(Cause.START_FAILED),

    /** The program is there and cannot be executed: no permission, or a folder. */
    NOT_EXECUTABLE(Cause.START_FAILED),

    /** The image's files of users and groups do not have the user or group. */
    NO_SUCH_USER(Cause.START_FAILED),

    /** The working directory cannot be made: a part of its path is no folder in the image. */
    WORKING_DIRECTORY(Cause.START_FAILED),

    /** The engine cannot hand out GPUs: it has no NVIDIA container toolkit, or that failed. */
    DEVICES_REFUSED(Cause.START_FAILED),

    /** The image was there a moment ago and was removed since: it can be fetched again. */
    IMAGE_GONE(Cause.IMAGE_PULL_FAILED),

    /** Somebody removed the container after it was created: its request is not at fault. */
    CONTAINER_REMOVED(Cause.KILLED_EXTERNALLY),

    /** No space is left on the engine's disk. */
    DISK_FULL(Cause.DISK_FULL),

    /** Anything else, such as a runtime, a network or a device that this host does not have. */
    OTHER(Cause.START_FAILED);

    private final Cause cause;

    StartRefusal(Cause cause) {
        this.cause = cause;
    }

    /** What the attempt ends with. */
    public Cause cause() {
        return cause;
    }

    /** Whether another host may start the container although this one never will. */
    public boolean isOfHost() {
        return this == DEVICES_REFUSED || this == OTHER;
    }

    /** What to do, beyond what the cause alone tells; empty: nothing. */
    public String remedy() {
        return switch (this) {
            case NO_SUCH_PROGRAM, NOT_EXECUTABLE ->
                "Check command and entrypoint: the image has no such program, or it cannot be executed there";
            case NO_SUCH_USER -> "Check user and group_add: the image does not know that name. A number always works";
            case WORKING_DIRECTORY -> "Check working_dir: a part of that path is no folder in the image";
            case DEVICES_REFUSED -> "Whoever runs the host: install the NVIDIA container toolkit there, or repair it";
            case OTHER -> "To see it without Trainyard, run on that host what trainyard submit --dry-run prints";
            case MOUNT_MISSING, PORT_TAKEN, IMAGE_GONE, CONTAINER_REMOVED, DISK_FULL -> "";
        };
    }

    /** The exit code of {@code docker run} after this refusal: 127, 126, else 125. */
    public int exitCode() {
        return switch (this) {
            case NO_SUCH_PROGRAM -> 127;
            case NOT_EXECUTABLE -> 126;
            case MOUNT_MISSING,
                    PORT_TAKEN,
                    NO_SUCH_USER,
                    WORKING_DIRECTORY,
                    DEVICES_REFUSED,
                    IMAGE_GONE,
                    CONTAINER_REMOVED,
                    DISK_FULL,
                    OTHER -> 125;
        };
    }
}
