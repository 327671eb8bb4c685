package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.text.Sentence;

/** Why the engine refused to create or start a container. */
public sealed interface StartProblem {

    /** The engine's own words. */
    String detail();

    /** What the attempt ends with. */
    Cause cause();

    /** Whether another host may well start it, and this one never will. */
    default boolean isOfHost() {
        return false;
    }

    /** What to do, beyond what the cause alone tells; empty: nothing. */
    default String remedy() {
        return "";
    }

    /** The engine's words, and what to do. */
    default String sentence() {
        return remedy().isEmpty() ? detail() : Sentence.open(detail()) + ". " + remedy();
    }

    /** A bind source is not there. */
    record MountMissing(String path, String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.MOUNT_MISSING;
        }
    }

    /** Something that is not ours listens on a host port: later it may be free. */
    record PortTaken(String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.PORT_IN_USE;
        }
    }

    /** The image has no such program, or it cannot be executed. */
    record NoSuchProgram(String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.START_FAILED;
        }

        @Override
        public String remedy() {
            return "Check command and entrypoint: the image has no such program, or it cannot be executed there";
        }
    }

    /** The engine cannot hand out GPUs: no NVIDIA container toolkit, or it failed. */
    record DevicesRefused(String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.START_FAILED;
        }

        @Override
        public boolean isOfHost() {
            return true;
        }

        @Override
        public String remedy() {
            return "Whoever runs the host: install the NVIDIA container toolkit there, or repair it";
        }
    }

    /** The image was there a moment ago, and was removed since: to be had again. */
    record ImageGone(String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.IMAGE_PULL_FAILED;
        }
    }

    /** Somebody has removed the container since it was created: nothing that its request could change. */
    record Removed(String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.KILLED_EXTERNALLY;
        }
    }

    /** No space left on the engine's disk. */
    record DiskFull(String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.DISK_FULL;
        }
    }

    /** Anything else, such as a runtime, a network or a device that this host does not have. */
    record Other(String detail) implements StartProblem {
        @Override
        public Cause cause() {
            return Cause.START_FAILED;
        }

        @Override
        public boolean isOfHost() {
            return true;
        }

        @Override
        public String remedy() {
            return "To see it without Trainyard, run on that host what trainyard submit --dry-run prints";
        }
    }
}
