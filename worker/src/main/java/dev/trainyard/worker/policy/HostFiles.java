package dev.trainyard.worker.policy;

import java.nio.file.Path;
import java.util.Optional;

/** Facts about the host's file systems that a policy needs. */
public interface HostFiles {

    /** Resolves the symbolic links of a path, as far as it exists. Empty if it is unknown where the path leads. */
    Optional<Path> real(Path path);

    /**
     * Whether the path is within the managed outputs of an attempt, to which the rule {@code mounts} does not apply.
     *
     * @param real a path without links
     */
    boolean isManaged(Path real);

    /**
     * Why no container may mount this, under any policy: it contains files of Trainyard or of the engine.
     *
     * @param real a path without links
     * @return a sentence without a subject, for people; empty if it may be mounted
     */
    Optional<String> objection(Path real, boolean readOnly);

    /**
     * Whether other users of this host, or a group of them, have access to files that a container leaves in a mounted folder. Such a file
     * may be a program that runs as root, or a device file. The mode of the folder itself does not count, because the container can change it.
     *
     * @param real a path without links
     * @param allowed the folder of the policy that contains it; if missing, it is created for the worker's user only
     * @return a path with access to the folder; empty if it is closed to all others
     */
    Optional<Path> openToOthers(Path real, Path allowed);

    /**
     * The same for a folder of which only folders within are mounted, so that its own mode counts.
     *
     * @param real a path without links
     */
    Optional<Path> openToOthers(Path real);
}
