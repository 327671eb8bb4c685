package dev.trainyard.standalone.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.stream.Stream;

/** As whom Postgres runs, which refuses to run as root. */
enum ServerUser {
    /** As whom this process runs, who is not root. */
    OURSELVES(List.of()),

    /** The system's user nobody: what runs inside Postgres reads nothing that is not everybody's to read. */
    NOBODY(List.of("setpriv", "--reuid=" + Id.NOBODY, "--regid=" + Id.NOBODY, "--clear-groups", "--no-new-privs")),

    /**
     * In a user namespace of its own Postgres is nobody, and yet owns root's files, as it must where nobody else can reach
     * its directory. Outside it is root.
     */
    ROOT(List.of("unshare", "--user"));

    private final List<String> prefix;

    ServerUser(List<String> prefix) {
        this.prefix = prefix;
    }

    /** An enum's own constants are not there yet while its values are made. */
    private static final class Id {
        private static final int NOBODY = 65_534;
        private static final int ROOT = 0;
    }

    static boolean isRoot() {
        return new UnixSystem().getUid() == Id.ROOT;
    }

    /** Who should run programs that lie here. */
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

    /** The words before a command that make it this user's. */
    List<String> prefix() {
        return prefix;
    }

    /** Makes a directory and everything in it this user's. */
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
