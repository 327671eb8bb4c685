package dev.trainyard.core.lifecycle;

import dev.trainyard.core.text.Sentence;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What somebody can do about the end of an attempt. */
public final class Remedy {

    private Remedy() {}

    /**
     * One sentence, without a full stop; empty where there is nothing to do, or only whoever found the cause knows what: of what a program,
     * a build or the start of a container says of itself.
     */
    public static Optional<String> of(Cause cause) {
        return Optional.ofNullable(sentence(cause));
    }

    /** What happened, and what to do about it; null where neither is known. */
    public static @Nullable String added(@Nullable String detail, Cause cause) {
        @Nullable String remedy = sentence(cause);
        if (detail == null || remedy == null) {
            return detail == null ? remedy : detail;
        }
        return Sentence.open(detail) + ". " + remedy;
    }

    private static @Nullable String sentence(Cause cause) {
        return switch (cause) {
            case OUT_OF_MEMORY ->
                "Raise its memory limit (mem_limit, --memory), or let it need less: a smaller batch, fewer data loaders";
            case GPU_OUT_OF_MEMORY ->
                "Let it need less, with a smaller batch for one, or ask for GPUs with more memory";
            case DEVICE_ERROR -> "Have the device looked at: trainyard gpus shows which are taken for failed";
            case TIME_LIMIT -> "Raise its time limit, or let it go on from its last checkpoint";
            case IMAGE_UNAVAILABLE ->
                "Check the name and the tag; where the registry wants a login, run docker login on the worker's host";
            case IMAGE_PULL_FAILED ->
                "Check the name of the image and the worker's network, or run docker pull on its host";
            case SOURCE_MISSING -> "Submit it again: that uploads its source";
            case PREPARE_TIMEOUT -> "Pull or build the image on the worker's host beforehand, or make it smaller";
            case START_TIMEOUT -> "Look at the worker's log, and at: trainyard workers";
            case PORT_IN_USE -> "Free the port on that host, or publish to another";
            case MOUNT_MISSING ->
                "Check the path: it must be there on the worker's host, where nothing makes it by itself";
            case DISK_FULL -> "Free space on the worker's host: docker system df shows what takes it";
            case KILLED_EXTERNALLY -> "Somebody or something on its host killed it: look there";
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
