package dev.trainyard.core.lifecycle;

import dev.trainyard.core.text.Sentence;
import org.jspecify.annotations.Nullable;

/** What a person can do about the end of an attempt. */
public final class Remedy {

    private Remedy() {}

    /** What happened, and what to do. Null if neither is known. */
    public static @Nullable String added(@Nullable String detail, Cause cause) {
        @Nullable String remedy = sentence(cause);
        if (detail == null || remedy == null) {
            return detail == null ? remedy : detail;
        }
        return Sentence.open(detail) + ". " + remedy;
    }

    /**
     * One sentence, without a full stop. Null if there is nothing to do, or if the remedy depends on details that only the reporting code
     * knows, such as the output of a program or a build, or the refusal of a start.
     */
    private static @Nullable String sentence(Cause cause) {
        return switch (cause) {
            case OUT_OF_MEMORY ->
                "Raise the memory limit (mem_limit, --memory), or reduce the memory that the program needs: a smaller batch, fewer data loaders";
            case GPU_OUT_OF_MEMORY ->
                "Reduce the GPU memory that the program needs, for example with a smaller batch, or request GPUs with more memory";
            case DEVICE_ERROR -> "Have the device checked. To see which devices failed: trainyard gpus";
            case TIME_LIMIT -> "Raise the time limit, or continue from the last checkpoint";
            case IMAGE_UNAVAILABLE ->
                "Check the name and the tag. If the registry requires a login, run docker login on the worker's host";
            case IMAGE_PULL_FAILED ->
                "Check the name of the image and the worker's network, or run docker pull on the worker's host";
            case SOURCE_MISSING -> "Submit the job again to upload its source";
            case PREPARE_TIMEOUT -> "Pull or build the image on the worker's host in advance, or make it smaller";
            case START_TIMEOUT -> "Check the worker's log, and its state: trainyard workers";
            case PORT_IN_USE -> "Free the port on that host, or publish to another port";
            case MOUNT_MISSING ->
                "Check the path. It must exist on the worker's host, because the worker does not create it";
            case DISK_FULL -> "Free space on the worker's host. To see what uses it: docker system df";
            case KILLED_EXTERNALLY -> "A person or program on the worker's host killed it. Check that host";
            case COMPLETED,
                    PROGRAM_ERROR,
                    CANCELLED,
                    PREEMPTED,
                    HOST_LOST,
                    IMAGE_BUILD_FAILED,
                    START_FAILED,
                    POLICY_DENIED,
                    ENGINE_LOST -> null;
        };
    }
}
