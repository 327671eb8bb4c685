package dev.trainyard.core.lifecycle;

/** Why an engine refused to create or start a container. The name is stored with the attempt, and clients derive their exit code from it. */
public enum StartRefusal {
    /** The source of a bind mount does not exist. */
    MOUNT_MISSING(Cause.MOUNT_MISSING),

    /** A process outside of Trainyard listens on a host port. The port may become free later. */
    PORT_TAKEN(Cause.PORT_IN_USE),

    /** Neither the request nor the image names a program. */
    NO_COMMAND(Cause.START_FAILED),

    /** The image does not contain the program. */
    NO_SUCH_PROGRAM(Cause.START_FAILED),

    /** The program exists but cannot be executed: it is a folder, or permission is missing. */
    NOT_EXECUTABLE(Cause.START_FAILED),

    /** The user or group is not in the image's passwd or group file. */
    NO_SUCH_USER(Cause.START_FAILED),

    /** The working directory cannot be created: a part of its path is not a folder in the image. */
    WORKING_DIRECTORY(Cause.START_FAILED),

    /** The engine cannot provide GPUs: the NVIDIA container toolkit is missing or failed. */
    DEVICES_REFUSED(Cause.START_FAILED),

    /** The image was removed after the worker pulled or found it. It can be pulled again. */
    IMAGE_GONE(Cause.IMAGE_PULL_FAILED),

    /** A person or program removed the container after its creation. The request is not the cause. */
    CONTAINER_REMOVED(Cause.KILLED_EXTERNALLY),

    /** No space is left on the engine's disk. */
    DISK_FULL(Cause.DISK_FULL),

    /** Anything else, such as a runtime, a network or a device that this host does not have. */
    OTHER(Cause.START_FAILED);

    private final Cause cause;

    StartRefusal(Cause cause) {
        this.cause = cause;
    }

    /** The cause of the attempt's end. */
    public Cause cause() {
        return cause;
    }

    /** Whether this host will never start the container, but another host may. */
    public boolean isOfHost() {
        return this == DEVICES_REFUSED || this == OTHER;
    }

    /** What to do, in addition to the remedy of the cause. May be empty. */
    public String remedy() {
        return switch (this) {
            case NO_COMMAND -> "Give a command: the image has none, or an empty entrypoint has reset it";
            case NO_SUCH_PROGRAM, NOT_EXECUTABLE ->
                "Check command and entrypoint: the program is not in the image, or cannot be executed";
            case NO_SUCH_USER -> "Check user and group_add: the image does not have this name. A number always works";
            case WORKING_DIRECTORY -> "Check working_dir: a part of the path is not a folder in the image";
            case DEVICES_REFUSED -> "An administrator of the host must install or repair the NVIDIA container toolkit";
            case OTHER ->
                "To reproduce this without Trainyard, run the command that trainyard submit --dry-run prints on that host";
            case MOUNT_MISSING, PORT_TAKEN, IMAGE_GONE, CONTAINER_REMOVED, DISK_FULL -> "";
        };
    }

    /** The exit code of {@code docker run} for this refusal: 127, 126 or 125. */
    public int exitCode() {
        return switch (this) {
            case NO_SUCH_PROGRAM -> 127;
            case NOT_EXECUTABLE -> 126;
            case NO_COMMAND,
                    MOUNT_MISSING,
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
