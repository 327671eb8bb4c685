package dev.trainyard.core.lifecycle;

/** Why an attempt ended: exactly one per attempt. What follows from each is decided in {@link Retry} alone. */
public enum Cause {
    /** Exit code 0. */
    COMPLETED,
    /** The program ended with another exit code. */
    PROGRAM_ERROR,
    /** The kernel killed a process of the container for want of memory, and the program did not end well. */
    OUT_OF_MEMORY,
    /** The framework reported that the GPU's memory was exhausted. */
    GPU_OUT_OF_MEMORY,
    /** The device failed: Xid, NVML error, device lost. */
    DEVICE_ERROR,
    /** It ran longer than the request's time limit. */
    TIME_LIMIT,
    /** Someone said so. */
    CANCELLED,
    /** The planner needed the devices for something else. */
    PREEMPTED,
    /** The worker's lease ran out. */
    HOST_LOST,
    /** The registry has no such image, or gives no access. */
    IMAGE_UNAVAILABLE,
    /** The registry could not be reached, or failed. */
    IMAGE_PULL_FAILED,
    /** A step of the Dockerfile failed. */
    IMAGE_BUILD_FAILED,
    /** The build context is not in the store, or is not what its digest says. */
    SOURCE_MISSING,
    /** The image or the container took longer than the stage's deadline. */
    PREPARE_TIMEOUT,
    /** The worker did not take the attempt up in time. */
    START_TIMEOUT,
    /** The engine refused to create or start the container, or preparing it ended the process of its worker again and again. */
    START_FAILED,
    /** A host port that it publishes was in use by something that is not Trainyard's. */
    PORT_IN_USE,
    /** A bind source was not there. */
    MOUNT_MISSING,
    /** The worker's policy forbids what the request asks for. */
    POLICY_DENIED,
    /** No space left on a device. */
    DISK_FULL,
    /** Killed, but neither by us nor for want of memory. */
    KILLED_EXTERNALLY,
    /** The engine restarted under the container. */
    ENGINE_LOST
}
