package dev.trainyard.core.training;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The submitter's folder, in which relative sources of mounts begin: that of the compose file, for {@code run} the working directory. Its
 * files, and other files of the submitter, are mounted in place if the job can run on this machine.
 */
public final class ProjectFolder {

    private final String path;
    private final String real;
    private final Predicate<String> exists;
    private final Supplier<Optional<String>> obstacle;
    private @Nullable Optional<String> known;

    /**
     * @param path absolute, as the submitter names it
     * @param real the same folder without links
     * @param exists whether something is at an absolute path of this machine
     * @param obstacle why no job can mount folders of this machine in place, a clause; empty: jobs can. Asked once, and only if a mount needs it
     */
    public ProjectFolder(String path, String real, Predicate<String> exists, Supplier<Optional<String>> obstacle) {
        this.path = ContainerPath.plain(path);
        this.real = ContainerPath.plain(real);
        this.exists = exists;
        this.obstacle = obstacle;
    }

    /** The absolute path of a relative source. */
    String resolve(String relative) {
        return ContainerPath.plain(path + "/" + relative);
    }

    /** Whether an absolute path is the folder or lies in it. Nothing lies in the folder {@code /}: else all of the host would. */
    boolean contains(String absolute) {
        return isIn(path, absolute) || isIn(real, absolute);
    }

    private static boolean isIn(String folder, String absolute) {
        return !folder.equals("/") && (absolute.equals(folder) || absolute.startsWith(folder + "/"));
    }

    boolean exists(String absolute) {
        return exists.test(absolute);
    }

    /** Why no job can mount folders of this machine in place; empty: jobs can. */
    Optional<String> obstacle() {
        if (known == null) {
            known = obstacle.get();
        }
        return known;
    }
}
