package dev.trainyard.worker.policy;

import java.nio.file.Path;
import java.util.Optional;

/** What a policy has to know of its host's file systems. */
public interface HostFiles {

    /** The path with its symbolic links resolved, as far as it exists; empty where it is not known where it leads. */
    Optional<Path> real(Path path);

    /**
     * Whether the path is an attempt's folder of managed outputs or in one, where the mounts that a policy allows do not count.
     *
     * @param real a path without links
     */
    boolean isManaged(Path real);

    /**
     * Why no container may mount this, whatever the policy says: Trainyard or the engine keeps its own files there.
     *
     * @param real a path without links
     * @return a sentence without a subject, for people; empty if nothing of the kind is there
     */
    Optional<String> objection(Path real, boolean readOnly);

    /**
     * Where every user of this host, or a group of them, could come to what a container leaves in a folder that is mounted: it may leave a
     * program that runs as root, or a device file. The mode of the folder itself does not count, since the container can change it.
     *
     * @param real a path without links
     * @param allowed the folder of the policy that it lies in; missing, it is made for the worker's user alone
     * @return a path at which the folder is reached; empty if it is closed to all others
     */
    Optional<Path> openToOthers(Path real, Path allowed);

    /**
     * The same of a folder of which only folders within are mounted, so that its own mode counts.
     *
     * @param real a path without links
     */
    Optional<Path> openToOthers(Path real);
}
