package dev.trainyard.worker.policy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Folders of a host that give a container control of the host. */
final class HostFolder {

    private static final List<Path> OF_ENGINE = Stream.of(
                    "/run/docker.sock",
                    "/var/run/docker.sock",
                    "/run/containerd",
                    "/var/run/containerd",
                    "/run/podman",
                    "/var/run/podman",
                    "/var/lib/docker",
                    "/var/lib/containerd")
            .map(Path::of)
            .toList();

    private static final List<Path> OF_KERNEL =
            Stream.of("/dev", "/proc", "/sys").map(Path::of).toList();

    private static final List<Path> OF_SYSTEM = Stream.of(
                    "/bin", "/boot", "/etc", "/lib", "/lib64", "/root", "/sbin", "/usr")
            .map(Path::of)
            .toList();

    private static final List<Path> SECRETS = Stream.of(
                    "/root",
                    "/etc/gshadow",
                    "/etc/gshadow-",
                    "/etc/pki/tls/private",
                    "/etc/shadow",
                    "/etc/shadow-",
                    "/etc/ssh",
                    "/etc/ssl/private")
            .map(Path::of)
            .toList();

    private HostFolder() {}

    /** Whether it is or contains the engine's socket or data. No policy can allow it, not even read-only. */
    static boolean isOfEngine(Path folder) {
        return isOrHas(folder, OF_ENGINE);
    }

    /** Whether it is or contains passwords or keys of the host, which no container may read. */
    static boolean isSecret(Path folder) {
        return isOrHas(folder, SECRETS);
    }

    private static boolean isOrHas(Path folder, List<Path> others) {
        return others.stream().anyMatch(own -> folder.startsWith(own) || own.startsWith(folder));
    }

    static boolean isOfKernel(Path folder) {
        return isBelow(folder, OF_KERNEL) && !folder.startsWith("/dev/shm");
    }

    /** Whether it contains programs or settings of the host. */
    static boolean isOfSystem(Path folder) {
        return isBelow(folder, OF_SYSTEM);
    }

    private static boolean isBelow(Path folder, List<Path> others) {
        return others.stream().anyMatch(folder::startsWith);
    }
}
