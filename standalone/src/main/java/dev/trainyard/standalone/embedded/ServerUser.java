package dev.trainyard.standalone.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.stream.Stream;

/** The user that Postgres runs as. Postgres refuses to run as root. */
enum ServerUser {
    /** The user of this process, who is not root. */
    OURSELVES(List.of()),

    /** The system user {@code nobody}: code that runs inside Postgres can read only world-readable files. */
    NOBODY(List.of("setpriv", "--reuid=" + Id.NOBODY, "--regid=" + Id.NOBODY, "--clear-groups", "--no-new-privs")),

    /**
     * Root, in a user namespace. There, Postgres sees itself as {@code nobody} but owns root's files. Needed where no other user can
     * reach its directory.
     */
    ROOT(List.of("unshare", "--user"));

    private final List<String> prefix;

    ServerUser(List<String> prefix) {
        this.prefix = prefix;
    }

    /** In a class of their own: an enum's static fields are not initialised yet when its values are created. */
    private static final class Id {
        private static final int NOBODY = 65_534;
        private static final int ROOT = 0;
    }

    static boolean isRoot() {
        return new UnixSystem().getUid() == Id.ROOT;
    }

    /** The user that should run programs in this directory. */
    static ServerUser forProgramsIn(Path directory) throws IOException {
        if (!isRoot()) {
            return OURSELVES;
        }
        for (Path entered = directory.toRealPath(); entered != null; entered = entered.getParent()) {
            if (!Files.getPosixFilePermissions(entered).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return ROOT;
            }
        }
        return NOBODY;
    }

    static ServerUser owning(Path data) throws IOException {
        if (!isRoot()) {
            return OURSELVES;
        }
        return Files.getAttribute(data, "unix:uid").equals(Id.NOBODY) ? NOBODY : ROOT;
    }

    /** The words to put before a command so that it runs as this user. */
    List<String> prefix() {
        return prefix;
    }

    /** Makes this user the owner of a directory and everything in it. */
    void own(Path directory) throws IOException {
        if (this == OURSELVES) {
            return;
        }
        Integer id = this == NOBODY ? Id.NOBODY : Id.ROOT;
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.setAttribute(file, "unix:uid", id, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", id, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
