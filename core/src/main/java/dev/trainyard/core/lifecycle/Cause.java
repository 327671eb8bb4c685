package dev.trainyard.core.lifecycle;

/** Why an attempt ended. Each attempt has exactly one cause. Only {@link Retry} decides what follows from it. */
public enum Cause {
    /** Exit code 0. */
    COMPLETED,
    /** The program ended with another exit code. */
    PROGRAM_ERROR,
    /** The kernel killed a process of the container because memory ran out, and the program did not succeed. */
    OUT_OF_MEMORY,
    /** The framework reported that the GPU's memory was exhausted. */
    GPU_OUT_OF_MEMORY,
    /** A device failed: Xid, NVML error, or lost device. */
    DEVICE_ERROR,
    /** The attempt ran longer than the request's time limit. */
    TIME_LIMIT,
    /** A person cancelled the job. */
    CANCELLED,
    /** The planner needed the devices for another job. */
    PREEMPTED,
    /** The worker's lease ran out. */
    HOST_LOST,
    /** The registry does not have the image, or denies access. */
    IMAGE_UNAVAILABLE,
    /** The registry was unreachable, or failed. */
    IMAGE_PULL_FAILED,
    /** A step of the Dockerfile failed. */
    IMAGE_BUILD_FAILED,
    /** The build context is not in the store, or does not match its digest. */
    SOURCE_MISSING,
    /** Preparing the image and the container took longer than the deadline. */
    PREPARE_TIMEOUT,
    /** The worker did not take the attempt up in time. */
    START_TIMEOUT,
    /** The engine refused to create or start the container, or the worker's process crashed repeatedly while preparing it. */
    START_FAILED,
    /** A process outside of Trainyard used a host port that the attempt publishes. */
    PORT_IN_USE,
    /** The source of a bind mount did not exist. */
    MOUNT_MISSING,
    /** The worker's policy forbids the request. */
    POLICY_DENIED,
    /** A disk was full. */
    DISK_FULL,
    /** The container was killed, but not by Trainyard and not because memory ran out. */
    KILLED_EXTERNALLY,
    /** The engine restarted while the container ran. */
    ENGINE_LOST
}
