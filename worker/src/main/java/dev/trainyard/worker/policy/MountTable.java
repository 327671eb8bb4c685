package dev.trainyard.worker.policy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The mounted file systems of this process: {@code /proc/self/mountinfo}, see proc(5). */
final class MountTable {

    private final List<Mount> mounts;

    private MountTable(List<Mount> mounts) {
        this.mounts = mounts;
    }

    /**
     * One mount.
     *
     * @param device major and minor number, the same for all mounts of a file system
     * @param root the mounted folder of the file system
     * @param point the mount point
     */
    record Mount(String id, String parent, String device, Path root, Path point, Set<String> options) {

        /** Whether neither set-user-id bits nor device files have an effect there. */
        boolean disarms() {
            return options.contains("nosuid") && options.contains("nodev");
        }
    }

    /** A folder of a file system, independent of mount points. */
    record Region(String device, Path folder) {

        boolean overlaps(Region other) {
            return device.equals(other.device) && (folder.startsWith(other.folder) || other.folder.startsWith(folder));
        }
    }

    static MountTable read() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8));
    }

    static MountTable parse(String mountinfo) {
        return new MountTable(mountinfo.lines().flatMap(MountTable::mount).toList());
    }

    /** Skips mounted files, such as {@code net:[4026531840]}. */
    private static Stream<Mount> mount(String line) {
        String[] fields = line.split(" ");
        if (fields.length < 6 || !fields[3].startsWith("/") || !fields[4].startsWith("/")) {
            return Stream.of();
        }
        try {
            return Stream.of(new Mount(
                    fields[0],
                    fields[1],
                    fields[2],
                    Path.of(plain(fields[3])),
                    Path.of(plain(fields[4])),
                    Set.of(fields[5].split(","))));
        } catch (InvalidPathException e) {
            // The locale cannot represent this name, so no path of a request leads there.
            return Stream.of();
        }
    }

    /** The kernel escapes space, tab, newline and backslash as octal numbers. */
    private static String plain(String escaped) {
        byte[] bytes = escaped.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\' && i + 3 < bytes.length) {
                plain.write(Integer.parseInt(new String(bytes, i + 1, 3, StandardCharsets.US_ASCII), 8));
                i += 3;
            } else {
                plain.write(bytes[i]);
            }
        }
        return plain.toString(StandardCharsets.UTF_8);
    }

    /** The mount that contains a real path. Follows mounts in the same order as the kernel. */
    private Optional<Mount> holding(Path real) {
        Optional<Mount> reached = mounts.stream()
                .filter(mount -> mount.point.equals(Path.of("/")))
                .filter(mount -> mounts.stream().noneMatch(other -> other.id.equals(mount.parent)))
                .findFirst();
        Optional<Mount> next = reached;
        while (next.isPresent()) {
            reached = next;
            String id = reached.get().id;
            next = mounts.stream()
                    .filter(mount -> mount.parent.equals(id) && !mount.id.equals(id) && real.startsWith(mount.point))
                    .min(Comparator.comparingInt(mount -> mount.point.getNameCount()));
        }
        return reached;
    }

    /** The folder in its own file system. */
    private Optional<Region> region(Path real) {
        return holding(real)
                .map(mount -> new Region(
                        mount.device,
                        mount.root.resolve(mount.point.relativize(real)).normalize()));
    }

    /** What a mount of this folder contains: its part of its file system, and everything mounted below it. */
    private List<Region> regions(Path real) {
        List<Region> regions = new ArrayList<>(region(real).stream().toList());
        mounts.stream()
                .filter(mount -> mount.point.startsWith(real) && !mount.point.equals(real))
                .forEach(mount -> regions.add(new Region(mount.device, mount.root)));
        return regions;
    }

    /**
     * Whether a mount of the first folder gives access to any part of the second one, also through another mount of it. Mounts below the
     * second folder do not count, because the engine mounts folders of the host within its own.
     */
    boolean shows(Path mounted, Path other) {
        return mounted.startsWith(other)
                || other.startsWith(mounted)
                || region(other)
                        .filter(part -> regions(mounted).stream().anyMatch(part::overlaps))
                        .isPresent();
    }

    /** All paths to this folder, or to a part of it, on file systems that honor set-user-id bits or device files. */
    List<Path> armedPaths(Path real) {
        List<Path> paths = new ArrayList<>();
        for (Region region : regions(real)) {
            for (Mount mount : mounts) {
                if (!mount.device.equals(region.device) || mount.disarms()) {
                    continue;
                }
                if (region.folder.startsWith(mount.root)) {
                    paths.add(mount.point
                            .resolve(mount.root.relativize(region.folder))
                            .normalize());
                } else if (mount.root.startsWith(region.folder)) {
                    paths.add(mount.point);
                }
            }
        }
        return paths;
    }
}
